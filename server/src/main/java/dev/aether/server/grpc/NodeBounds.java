package dev.aether.server.grpc;

import dev.aether.server.bus.EventBus;

/** The bounds of this node that its connections share. */
final class NodeBounds {
  /** Saves of all connections that are not answered yet. */
  static final int SAVES = 16_384;

  /** What these hold is one part in so many of the heap: requests, and their commits' bytes. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  /** Calls of all connections that are open, subscriptions and streams of saves left out. */
  static final int CALLS = 65_536;

  /** What is set aside of the heap for each of these. */
  private static final int BYTES_OF_CALL = 8 * 1024;

  private static final int HEAP_SHARE_OF_CALLS = 4;

  /**
   * What HTTP/2 lets come of a call that is not read yet. gRPC would let it grow to 8 MiB for each
   * call.
   */
  static final int WINDOW_BYTES = 256 * 1024;

  /** Streams of saves of all connections: the calls that may stay unread for long. */
  static final int SAVE_STREAMS = 4096;

  private static final int HEAP_SHARE_OF_SAVE_STREAMS = 8;

  /**
   * Answers and frames of all calls that were sent and wait for their clients to take them, in
   * Netty's buffers, which are as large as the heap at most; and pages that calls read.
   */
  private static final long OUTGOING_BYTES = 256L * 1024 * 1024;

  private static final int HEAP_SHARE_OF_OUTGOING = 8;

  /** Of what nobody holds, a connection may have as much as it leaves free. */
  private static final int HALF = 1;

  /**
   * Of what waits for clients: these may never take it, so that one share must not be much. Alone,
   * a connection gets a ninth.
   */
  private static final int NINTH = 8;

  final FairBudget saves;
  final FairBudget saveBytes;
  final FairBudget calls;
  final FairBudget subscriptions;
  final FairBudget saveStreams;
  final FairBudget outgoing;

  /**
   * @param heap bytes that the heap may have
   */
  NodeBounds(long heap) {
    saves = new FairBudget(SAVES, HALF);
    saveBytes = new FairBudget(heap / HEAP_SHARE_OF_SAVES, HALF);
    calls = new FairBudget(Math.min(CALLS, heap / HEAP_SHARE_OF_CALLS / BYTES_OF_CALL), HALF);
    subscriptions = new FairBudget(EventBus.MAX_SUBSCRIPTIONS, HALF);
    saveStreams =
        new FairBudget(
            Math.min(SAVE_STREAMS, heap / HEAP_SHARE_OF_SAVE_STREAMS / WINDOW_BYTES), HALF);
    outgoing = new FairBudget(Math.min(OUTGOING_BYTES, heap / HEAP_SHARE_OF_OUTGOING), NINTH);
  }
}
