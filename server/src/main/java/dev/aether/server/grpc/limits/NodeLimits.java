package dev.aether.server.grpc.limits;

import dev.aether.server.bus.EventBus;
import dev.aether.server.measure.Measures;

/** The limits of this node that its connections share. */
public final class NodeLimits {
  /** Unanswered saves of all connections. */
  static final int SAVES = 16_384;

  /** Their requests and encoded commits may take this fraction of the heap: one eighth. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  /** Open calls of all connections, except subscriptions and streams of saves. */
  static final int CALLS = 65_536;

  /** Heap that is reserved for each of these. */
  private static final int BYTES_OF_CALL = 8 * 1024;

  private static final int HEAP_SHARE_OF_CALLS = 4;

  /**
   * HTTP/2's flow-control window: what a client may send on a call before the server reads it. gRPC
   * would let it grow to 8 MiB for each call.
   */
  public static final int WINDOW_BYTES = 256 * 1024;

  /** Streams of saves of all connections. These are the calls that may stay unread for long. */
  static final int SAVE_STREAMS = 4096;

  private static final int HEAP_SHARE_OF_SAVE_STREAMS = 8;

  /**
   * Responses of all calls that were sent but not yet read by their clients, and pages that calls
   * are reading. Responses are in Netty's buffers, which may be as large as the heap.
   */
  private static final long UNREAD_BYTES = 256L * 1024 * 1024;

  private static final int HEAP_SHARE_OF_UNREAD = 8;

  /** Cursors over many logs that subscriptions begin with. */
  private static final int HEAP_SHARE_OF_CURSORS = 8;

  /** Heap that is reserved for each element of a cursor: a position is in two maps for a while. */
  private static final int BYTES_OF_CURSOR_ELEMENT = 64;

  /** Cursors up to this size are part of what a call takes anyway. */
  static final int FREE_CURSOR_ELEMENTS = 64;

  /**
   * Requests that have been received only in part, in Netty's buffers, which may be as large as the
   * heap; and whole ones of calls that their clients have not ended, in the heap itself.
   */
  private static final int HEAP_SHARE_OF_UNFINISHED = 8;

  /** A connection may hold as much as it leaves free. Alone, it gets half. */
  private static final int FREE_PER_HELD = 1;

  /**
   * Clients may never read what was sent to them, so one connection's share must be small. Alone,
   * it gets a ninth.
   */
  private static final int FREE_PER_UNREAD = 8;

  public final FairBudget saves;
  final FairBudget saveBytes;
  final FairBudget calls;
  final FairBudget subscriptions;
  final FairBudget saveStreams;
  public final FairBudget unreadBytes;
  public final FairBudget unfinishedBytes;
  final FairBudget cursorElements;

  /** Registers what is used of each. */
  public void measure(Measures measures) {
    measure(measures, "saves", saves);
    measure(measures, "save_bytes", saveBytes);
    measure(measures, "calls", calls);
    measure(measures, "subscriptions", subscriptions);
    measure(measures, "save_streams", saveStreams);
    measure(measures, "unread_bytes", unreadBytes);
    measure(measures, "unfinished_request_bytes", unfinishedBytes);
    measure(measures, "cursor_elements", cursorElements);
  }

  private static void measure(Measures measures, String limit, FairBudget budget) {
    measures.limit(limit, budget::taken, budget.max());
  }

  /**
   * @param heap maximum size of the heap in bytes
   */
  public NodeLimits(long heap) {
    saves = new FairBudget(SAVES, FREE_PER_HELD);
    saveBytes = new FairBudget(heap / HEAP_SHARE_OF_SAVES, FREE_PER_HELD);
    calls =
        new FairBudget(Math.min(CALLS, heap / HEAP_SHARE_OF_CALLS / BYTES_OF_CALL), FREE_PER_HELD);
    subscriptions = new FairBudget(EventBus.MAX_SUBSCRIPTIONS, FREE_PER_HELD);
    saveStreams =
        new FairBudget(
            Math.min(SAVE_STREAMS, heap / HEAP_SHARE_OF_SAVE_STREAMS / WINDOW_BYTES),
            FREE_PER_HELD);
    unreadBytes =
        new FairBudget(Math.min(UNREAD_BYTES, heap / HEAP_SHARE_OF_UNREAD), FREE_PER_UNREAD);
    unfinishedBytes = new FairBudget(heap / HEAP_SHARE_OF_UNFINISHED, FREE_PER_HELD);
    cursorElements =
        new FairBudget(heap / HEAP_SHARE_OF_CURSORS / BYTES_OF_CURSOR_ELEMENT, FREE_PER_HELD);
  }
}
