package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * The broadcasts that one subscription has not sent yet. Broadcasts that exceed a limit are
 * dropped: delivery is at most once, and nobody waits for a slow subscriber. A subscriber that
 * keeps up, so that its queue is empty, gets every broadcast, however large, unless slow
 * subscribers hold twice the limit of the node. Thread-safe.
 */
final class BroadcastQueue {
  static final int MAX_BROADCASTS = 256;
  static final int MAX_BYTES = 1024 * 1024;

  private static final long MAX_NODE_BYTES = 32L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_NODE = 16;

  /** About the most bytes that the queues of all slow subscribers of this node hold together. */
  static final long NODE_BYTES =
      Math.min(MAX_NODE_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_NODE);

  /** Guarded by this, like the fields below. */
  private final Queue<SharedBroadcast> waiting = new ArrayDeque<>(0);

  private int bytes;
  private boolean closed;

  /** Adds a broadcast. Returns false if it exceeds a limit and must be dropped. */
  synchronized boolean offer(SharedBroadcast broadcast) {
    if (closed) {
      return true;
    }
    boolean fits =
        waiting.size() < MAX_BROADCASTS
            && bytes + broadcast.bytes() <= MAX_BYTES
            && broadcast.allHeldBytes() <= NODE_BYTES;
    boolean isNodeFull = broadcast.allHeldBytes() > 2 * NODE_BYTES;
    if (!fits && (isNodeFull || !waiting.isEmpty())) {
      return false;
    }
    broadcast.hold();
    bytes += broadcast.bytes();
    return waiting.add(broadcast);
  }

  /** Removes the first broadcast unless it is larger than {@code maxBytes}. */
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

  /** Drops all broadcasts, and ignores those that are offered later. */
  synchronized void close() {
    closed = true;
    waiting.forEach(SharedBroadcast::release);
    waiting.clear();
    bytes = 0;
  }
}
