package dev.aether.server.store.jetstream;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one task of an actor run at a time, in the order of arrival, while tasks of different actors
 * run side by side: the next save's expectation comes from the last one's acknowledgement, so there
 * is no use in racing oneself. Both the tasks of one actor and of all are bounded. Never blocks but
 * in {@link #awaitEmpty}; for any number of threads.
 */
final class ActorLanes {
  private static final int MAX_PER_ACTOR = 1024;

  private final int maxTasks;
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

  /** Running and waiting. Guarded by itself's monitor, as is the waiting for none. */
  private final Count tasks = new Count();

  /** What is waited for when the lanes are closed. */
  private static final class Count {
    int value;
  }

  /**
   * @param maxTasks running and waiting, of all actors
   */
  ActorLanes(int maxTasks) {
    this.maxTasks = maxTasks;
  }

  /**
   * Runs a task when those of its actor before it have ended; it ends when its future does.
   *
   * @return the bound that kept it out, for people; empty if it was taken in
   */
  Optional<String> run(String actor, Supplier<? extends CompletableFuture<?>> task) {
    synchronized (tasks) {
      if (tasks.value >= maxTasks) {
        return Optional.of("saves in flight on this node, at most " + maxTasks);
      }
      tasks.value++;
    }
    Admission admission = new Admission();
    lanes.compute(actor, (key, lane) -> admission.into(lane, task));
    if (admission.refused) {
      leave();
      return Optional.of("saves waiting for one actor on this node, at most " + MAX_PER_ACTOR);
    }
    if (admission.first) {
      drain(actor);
    }
    return Optional.empty();
  }

  /** Runs the lane's tasks until one is not done at once, which goes on here when it is. */
  private void drain(String actor) {
    for (var next = take(actor); next != null; next = take(actor)) {
      CompletableFuture<?> running = next.get();
      if (!running.isDone()) {
        running.whenComplete(
            (done, thrown) -> {
              leave();
              drain(actor);
            });
        return;
      }
      leave();
    }
  }

  private @Nullable Supplier<? extends CompletableFuture<?>> take(String actor) {
    Admission out = new Admission();
    lanes.computeIfPresent(
        actor,
        (key, lane) -> {
          out.task = lane.waiting.poll();
          return out.task == null ? null : lane;
        });
    return out.task;
  }

  private void leave() {
    synchronized (tasks) {
      tasks.value--;
      if (tasks.value == 0) {
        tasks.notifyAll();
      }
    }
  }

  /** Waits until no task runs or waits, or the time is over. */
  void awaitEmpty(Duration atMost) {
    long giveUpAt = System.nanoTime() + atMost.toNanos();
    synchronized (tasks) {
      try {
        for (long left = atMost.toMillis(); tasks.value > 0 && left > 0; ) {
          tasks.wait(left);
          left = (giveUpAt - System.nanoTime()) / 1_000_000;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * The waiting tasks of an actor, one of whose tasks runs. Only touched inside the map's compute.
   */
  private static final class Lane {
    final Deque<Supplier<? extends CompletableFuture<?>>> waiting = new ArrayDeque<>();
  }

  /** What a compute tells its caller. */
  private static final class Admission {
    boolean first;
    boolean refused;
    @Nullable Supplier<? extends CompletableFuture<?>> task;

    Lane into(@Nullable Lane known, Supplier<? extends CompletableFuture<?>> task) {
      first = known == null;
      Lane lane = known == null ? new Lane() : known;
      refused = lane.waiting.size() >= MAX_PER_ACTOR;
      if (!refused) {
        lane.waiting.add(task);
      }
      return lane;
    }
  }
}
