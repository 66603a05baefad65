package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Limits how many pages from the store all subscriptions of this node read and hold; further reads
 * wait for their turn. Thread-safe.
 */
final class PagePermits {
  static final int MAX_PAGES = 64;

  /** A page of slightly more than 1 MiB, with its commits as objects and encoded. */
  private static final long BYTES_OF_PAGE = 4L * 1024 * 1024;

  private static final int HEAP_SHARE = 16;

  /** The number of pages on a small heap. */
  private static final int MIN_PAGES = 4;

  private final int max;

  /** Guarded by this. */
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /** Guarded by this. */
  private int taken;

  private PagePermits(int max) {
    this.max = max;
  }

  /** As many permits as this JVM's heap has room for. */
  static PagePermits ofHeap() {
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_SHARE / BYTES_OF_PAGE;
    return new PagePermits((int) Math.max(MIN_PAGES, Math.min(MAX_PAGES, fitting)));
  }

  /**
   * Acquires a permit now or later.
   *
   * @param then is run on any thread when the permit is acquired, unless that is now
   * @return whether the permit was acquired now
   */
  synchronized boolean acquire(Runnable then) {
    if (taken < max) {
      taken++;
      return true;
    }
    waiting.add(then);
    return false;
  }

  /** Passes a permit on to the caller that has waited longest. */
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

  int max() {
    return max;
  }

  synchronized int taken() {
    return taken;
  }

  synchronized boolean hasWaiters() {
    return !waiting.isEmpty();
  }
}
