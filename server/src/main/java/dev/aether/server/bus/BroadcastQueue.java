package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * The broadcasts that one subscription has not taken yet. What comes over a bound is dropped, since
 * a broadcast comes at most once and nobody waits for a slow subscriber. One that keeps up, whose
 * queue is empty, gets each, however large it is, unless the slow ones hold twice their share. For
 * any number of threads.
 */
final class BroadcastQueue {
  static final int MAX_BROADCASTS = 256;
  static final int MAX_BYTES = 1024 * 1024;

  private static final long MAX_NODE_BYTES = 32L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_NODE = 16;

  /** What the queues of all slow subscribers of this node hold together, about. */
  static final long NODE_BYTES =
      Math.min(MAX_NODE_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_NODE);

  /** Guarded by this, as all below. */
  private final Queue<SharedBroadcast> waiting = new ArrayDeque<>(0);

  private int bytes;
  private boolean closed;

  /** Adds one at the end. False: it is dropped, for others wait before it that take the room. */
  synchronized boolean offer(SharedBroadcast broadcast) {
    if (closed) {
      return true;
    }
    boolean fits =
        waiting.size() < MAX_BROADCASTS
            && bytes + broadcast.bytes() <= MAX_BYTES
            && broadcast.allHeldBytes() <= NODE_BYTES;
    boolean noRoom = broadcast.allHeldBytes() > 2 * NODE_BYTES;
    if (!fits && (noRoom || !waiting.isEmpty())) {
      return false;
    }
    broadcast.hold();
    bytes += broadcast.bytes();
    return waiting.add(broadcast);
  }

  /** Takes the first, if it is not larger than that. */
  synchronized Optional<SharedBroadcast> poll(int maxBytes) {
    SharedBroadcast next = waiting.peek();
    if (next == null || next.bytes() > maxBytes) {
      return Optional.empty();
    }
    Optional<SharedBroadcast> first = Optional.ofNullable(waiting.poll());
    first.ifPresent(
        taken -> {
          bytes -= taken.bytes();
          taken.release();
        });
    return first;
  }

  /** Lets go of all, and takes none from now on. */
  synchronized void close() {
    closed = true;
    waiting.forEach(SharedBroadcast::release);
    waiting.clear();
    bytes = 0;
  }
}
