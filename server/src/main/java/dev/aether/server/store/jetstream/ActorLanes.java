package dev.aether.server.store.jetstream;

import dev.aether.server.event.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets one task of an actor run at a time, in the order of arrival, while tasks of different actors
 * run side by side: the next save's expectation comes from the last one's acknowledgement, so there
 * is no use in racing oneself. Both the tasks of one actor and of all are bounded. Never blocks;
 * for any number of threads.
 */
final class ActorLanes {
  private static final int MAX_PER_ACTOR = 1024;
  private static final Duration RETRY_AFTER = Duration.ofMillis(50);

  private final int maxTasks;
  private final AtomicInteger tasks = new AtomicInteger();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();

  /**
   * @param maxTasks running and waiting, of all actors
   */
  ActorLanes(int maxTasks) {
    this.maxTasks = maxTasks;
  }

  /**
   * Runs a task when those before it have ended. Its future never throws and is the task's own
   * outcome.
   */
  <T> CompletableFuture<T> run(String actor, Supplier<CompletableFuture<T>> task) {
    if (tasks.incrementAndGet() > maxTasks) {
      tasks.decrementAndGet();
      return overloaded("saves in flight on this node: " + maxTasks);
    }
    Task<T> queued = new Task<>(task);
    boolean[] refused = {false};
    boolean[] idle = {false};
    lanes.compute(
        actor,
        (key, known) -> {
          Lane lane = known == null ? new Lane() : known;
          idle[0] = known == null;
          refused[0] = lane.waiting.size() >= MAX_PER_ACTOR;
          if (!refused[0]) {
            lane.waiting.add(queued);
          }
          return lane;
        });
    if (refused[0]) {
      tasks.decrementAndGet();
      return overloaded("saves waiting for one actor on this node: " + MAX_PER_ACTOR);
    }
    if (idle[0]) {
      drain(actor);
    }
    return queued.result;
  }

  private static <T> CompletableFuture<T> overloaded(String bound) {
    return CompletableFuture.failedFuture(new StoreException.Overloaded(bound, RETRY_AFTER));
  }

  /** Runs the lane's tasks until one is not done at once, which then goes on here when it is. */
  private void drain(String actor) {
    while (true) {
      Task<?> next = take(actor);
      if (next == null) {
        return;
      }
      CompletableFuture<?> running = next.start();
      if (!running.isDone()) {
        running.whenComplete((done, thrown) -> ended(actor));
        return;
      }
      tasks.decrementAndGet();
    }
  }

  private void ended(String actor) {
    tasks.decrementAndGet();
    drain(actor);
  }

  private @Nullable Task<?> take(String actor) {
    Task<?>[] taken = {null};
    lanes.computeIfPresent(
        actor,
        (key, lane) -> {
          taken[0] = lane.waiting.poll();
          return taken[0] == null ? null : lane;
        });
    return taken[0];
  }

  /** How many tasks run or wait. */
  int size() {
    return tasks.get();
  }

  /**
   * The waiting tasks of an actor whose lane exists: one of its tasks runs. Guarded by the map's
   * entry.
   */
  private static final class Lane {
    final Deque<Task<?>> waiting = new ArrayDeque<>();
  }

  private record Task<T>(Supplier<CompletableFuture<T>> body, CompletableFuture<T> result) {
    Task(Supplier<CompletableFuture<T>> body) {
      this(body, new CompletableFuture<>());
    }

    /** Done when the result has been handed on. */
    CompletableFuture<?> start() {
      return body.get()
          .whenComplete(
              (value, thrown) -> {
                if (thrown == null) {
                  result.complete(value);
                } else {
                  result.completeExceptionally(JetStreamErrors.root(thrown));
                }
              })
          .handle((value, thrown) -> value);
    }
  }
}
