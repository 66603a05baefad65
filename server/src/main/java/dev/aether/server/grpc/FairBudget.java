package dev.aether.server.grpc;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A bound of this node that its connections share by what is left: a connection may hold a fixed
 * part of what nobody holds. So one alone gets much, and however many take all they can, there is
 * something left for the next (in switches this is called dynamic thresholds). One that holds
 * nothing may always take what it needs for one step, until twice the bound is held. For any number
 * of threads.
 */
final class FairBudget {
  private final long max;
  private final int parts;

  /** Guarded by this, as all below and what holders have. */
  private long taken;

  private final Set<Holder> withWaiting = new LinkedHashSet<>();

  /** What one connection holds of the budget. */
  final class Holder {
    private long held;

    /** Who waits until there is room, and how much each needs; in order. */
    private final Map<Runnable, Long> waiting = new LinkedHashMap<>();

    /** Takes so much if it is within the connection's share. */
    boolean take(long amount) {
      synchronized (FairBudget.this) {
        boolean fits = fits(amount);
        if (fits) {
          takeAnyway(amount);
        }
        return fits;
      }
    }

    /** Takes so much whatever the share is. */
    void takeAnyway(long amount) {
      synchronized (FairBudget.this) {
        held += amount;
        taken += amount;
      }
    }

    /**
     * Takes so much now, or when there is room.
     *
     * @param then is run once it is taken, if that is not now; from any thread
     * @return whether it is taken
     */
    boolean takeOrWait(long amount, Runnable then) {
      synchronized (FairBudget.this) {
        if (take(amount)) {
          return true;
        }
        waiting.put(then, amount);
        withWaiting.add(this);
        return false;
      }
    }

    /** Waits no longer. False: it did not wait, or what it waited for is taken. */
    boolean stopWaiting(Runnable then) {
      synchronized (FairBudget.this) {
        boolean waited = waiting.remove(then) != null;
        if (waiting.isEmpty()) {
          withWaiting.remove(this);
        }
        return waited;
      }
    }

    /** Gives back. */
    void release(long amount) {
      List<Runnable> fitting = List.of();
      synchronized (FairBudget.this) {
        held -= amount;
        taken -= amount;
        if (!withWaiting.isEmpty()) {
          fitting = takeForWaiting();
        }
      }
      fitting.forEach(Runnable::run);
    }

    /** What it may hold when no other holds anything. */
    long alone() {
      return FairBudget.this.alone();
    }

    /** What it may take more; never negative. */
    long room() {
      synchronized (FairBudget.this) {
        return held == 0 ? Math.max(0, 2 * max - taken) : Math.max(0, share());
      }
    }

    /** Whether more than an eighth of what it may have is left, or it holds nothing. */
    boolean isRoomy() {
      synchronized (FairBudget.this) {
        return held == 0 || share() > held / 8;
      }
    }

    long held() {
      synchronized (FairBudget.this) {
        return held;
      }
    }

    /** Guarded by the budget. */
    private boolean fits(long amount) {
      return held == 0 ? taken + amount <= 2 * max : amount <= share();
    }

    /** So much more keeps held × parts within what is free afterwards. Guarded by the budget. */
    private long share() {
      return (max - taken - parts * held) / (parts + 1);
    }

    /** Guarded by the budget. */
    private @Nullable Runnable takeForFirst() {
      var first = waiting.entrySet().iterator();
      if (first.hasNext()) {
        Map.Entry<Runnable, Long> next = first.next();
        if (take(next.getValue())) {
          first.remove();
          return next.getKey();
        }
      }
      return null;
    }
  }

  /**
   * @param max what all connections hold together
   * @param parts a connection holds at most one part in so many of what is free: alone it gets
   *     {@code max / (parts + 1)}
   */
  FairBudget(long max, int parts) {
    this.max = max;
    this.parts = parts;
  }

  /** Guarded by this. Each holder in its turn, as many as fit. */
  private List<Runnable> takeForWaiting() {
    List<Runnable> fitting = new ArrayList<>();
    for (Holder holder : List.copyOf(withWaiting)) {
      for (Runnable next = holder.takeForFirst(); next != null; next = holder.takeForFirst()) {
        fitting.add(next);
      }
      if (holder.waiting.isEmpty()) {
        withWaiting.remove(holder);
      }
    }
    return fitting;
  }

  /** What one connection has when no other holds anything. */
  long alone() {
    return max / (parts + 1);
  }

  /** What all hold. */
  synchronized long taken() {
    return taken;
  }
}
