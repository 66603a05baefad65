package dev.aether.server.grpc.limits;

import dev.aether.server.concurrent.CatchAll;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A limit of this node that its connections share: each may hold a fixed ratio of what is still
 * free. A single connection gets much, and however many connections take all they can, something is
 * left for the next one (network switches call this dynamic thresholds). A connection that holds
 * nothing may always take what it needs for one step, until twice the limit is in use. Thread-safe.
 */
public final class FairBudget {
  /**
   * If one of them throws, the others still run: their amounts are already taken. The one that
   * throws keeps its amount.
   */
  private static final CatchAll WAITING = new CatchAll("a call that waited for room", thrown -> {});

  /**
   * The calls that a thread has yet to run. A call may give its amount back at once, which makes
   * room for the next; since thousands may wait, each runs after the one before, not within it.
   */
  private static final ThreadLocal<@Nullable Deque<Runnable>> RUNNING = new ThreadLocal<>();

  private final long max;
  private final int freePerHeld;

  /** Guarded by this, like the fields below and those of the holders. */
  private long taken;

  private final Set<Holder> withWaiting = new LinkedHashSet<>();

  /** One connection's part of the budget. */
  public final class Holder {
    private long held;

    /** What to run when the mapped amount has been taken, in order of arrival. */
    private final Map<Runnable, Long> waiting = new LinkedHashMap<>();

    /** Takes an amount if that is within the connection's share. */
    public boolean take(long amount) {
      synchronized (FairBudget.this) {
        boolean fits = fits(amount);
        if (fits) {
          takeAnyway(amount);
        }
        return fits;
      }
    }

    /** Takes an amount regardless of the share. */
    public void takeAnyway(long amount) {
      synchronized (FairBudget.this) {
        held += amount;
        taken += amount;
      }
    }

    /**
     * Takes an amount now, or as soon as it is free.
     *
     * @param then is run on any thread once the amount is taken, unless that is now
     * @return whether the amount was taken now
     */
    public boolean takeOrWait(long amount, Runnable then) {
      synchronized (FairBudget.this) {
        if (take(amount)) {
          return true;
        }
        waiting.put(then, amount);
        withWaiting.add(this);
        return false;
      }
    }

    /**
     * Stops waiting. Returns false if {@code then} was not waiting or its amount is already taken.
     */
    public boolean stopWaiting(Runnable then) {
      synchronized (FairBudget.this) {
        boolean waited = waiting.remove(then) != null;
        if (waiting.isEmpty()) {
          withWaiting.remove(this);
        }
        return waited;
      }
    }

    /** Gives an amount back. */
    public void release(long amount) {
      List<Runnable> fitting = List.of();
      synchronized (FairBudget.this) {
        held -= amount;
        taken -= amount;
        if (!withWaiting.isEmpty()) {
          fitting = takeForWaiting();
        }
      }
      run(fitting);
    }

    /** The most that it may hold while no other connection holds anything. */
    public long alone() {
      return FairBudget.this.alone();
    }

    /** How much more it may take; never negative. */
    public long room() {
      synchronized (FairBudget.this) {
        return held == 0 ? Math.max(0, 2 * max - taken) : Math.max(0, share());
      }
    }

    /** Whether it holds nothing or may take more than another eighth of what it holds. */
    public boolean isRoomy() {
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

    /**
     * How much more it may take and still leave {@code freePerHeld} times what it then holds.
     * Guarded by the budget.
     */
    private long share() {
      return (max - taken - freePerHeld * held) / (freePerHeld + 1);
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
   * @param max how much all connections may hold together
   * @param freePerHeld how much a connection must leave free for each unit that it holds: alone, it
   *     gets {@code max / (freePerHeld + 1)}
   */
  FairBudget(long max, int freePerHeld) {
    this.max = max;
    this.freePerHeld = freePerHeld;
  }

  private static void run(List<Runnable> fitting) {
    if (fitting.isEmpty()) {
      return;
    }
    Deque<Runnable> running = RUNNING.get();
    if (running != null) {
      running.addAll(fitting);
      return;
    }
    Deque<Runnable> all = new ArrayDeque<>(fitting);
    RUNNING.set(all);
    try {
      for (Runnable next = all.poll(); next != null; next = all.poll()) {
        WAITING.run(next);
      }
    } finally {
      RUNNING.remove();
    }
  }

  /** Takes for the waiting holders in turn, as many as fit. Guarded by this. */
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

  /** The most that one connection may hold while no other holds anything. */
  public long alone() {
    return max / (freePerHeld + 1);
  }

  /** The most that all connections may hold together. */
  long max() {
    return max;
  }

  /** What all connections hold. */
  public synchronized long taken() {
    return taken;
  }
}
