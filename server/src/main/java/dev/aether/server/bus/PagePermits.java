package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Bounds the pages from the store that all subscriptions of this node read and hold at once; the
 * others wait for their turn. For any number of threads.
 */
final class PagePermits {
  static final int MAX_PAGES = 64;

  /** A page of few bytes more than a MiB, its commits as objects and as they are encoded. */
  private static final long BYTES_OF_PAGE = 4L * 1024 * 1024;

  private static final int HEAP_SHARE = 16;

  /** However small the heap is. */
  private static final int FEWEST = 4;

  private final int max;

  /** Guarded by this. */
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /** Guarded by this. */
  private int taken;

  private PagePermits(int max) {
    this.max = max;
  }

  /** As many as this JVM's heap allows. */
  static PagePermits ofHeap() {
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_SHARE / BYTES_OF_PAGE;
    return new PagePermits((int) Math.max(FEWEST, Math.min(MAX_PAGES, fitting)));
  }

  /**
   * Takes a place, now or later.
   *
   * @param then is run when it is taken, if that is not now; from any thread
   * @return whether it is taken
   */
  synchronized boolean acquire(Runnable then) {
    if (taken < max) {
      taken++;
      return true;
    }
    waiting.add(then);
    return false;
  }

  /** Leaves a place, to whoever has waited longest. */
  void release() {
    Runnable next;
    synchronized (this) {
      next = waiting.poll();
      if (next == null) {
        taken--;
      }
    }
    if (next != null) {
      next.run();
    }
  }

  synchronized boolean hasWaiters() {
    return !waiting.isEmpty();
  }
}
