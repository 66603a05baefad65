package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one task of an actor run at a time, in the order of arrival, while tasks of different actors
 * run side by side: the next save's expectation comes from the last one's acknowledgement, so there
 * is no use in racing oneself. Both the tasks of one actor and of all are bounded. Never blocks but
 * in {@link #awaitEmpty}; for any number of threads.
 */
public final class KeyedSerialExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(KeyedSerialExecutor.class);

  private static final int MAX_PER_ACTOR = 1024;

  private final int maxTasks;
  private final long maxBytes;
  private final Map<String, Waiting> lanes = new ConcurrentHashMap<>();

  /** Running and waiting. Guarded by itself's monitor, as is the waiting for none. */
  private final Count held = new Count();

  /** What is bounded, and waited for when the lanes are closed. */
  private static final class Count {
    int tasks;
    long bytes;
  }

  /**
   * @param maxTasks running and waiting, of all actors
   * @param maxBytes that these hold together
   */
  public KeyedSerialExecutor(int maxTasks, long maxBytes) {
    this.maxTasks = maxTasks;
    this.maxBytes = maxBytes;
  }

  /**
   * Runs a task when those of its actor before it have ended; it ends when its future does.
   *
   * @param bytes that the task holds until then
   * @return the bound that kept it out, for people; empty if it was taken in
   */
  public Optional<String> run(
      String actor, long bytes, Supplier<? extends CompletableFuture<?>> body) {
    synchronized (held) {
      if (held.tasks >= maxTasks) {
        return Optional.of("saves in flight on this node, at most " + maxTasks);
      }
      if (held.bytes + bytes > maxBytes) {
        return Optional.of("bytes of saves in flight on this node, at most " + maxBytes);
      }
      held.tasks++;
      held.bytes += bytes;
    }
    Task task = new Task(bytes, body);
    Admission admission = new Admission();
    lanes.compute(actor, (key, lane) -> admission.into(lane, task));
    if (admission.refused) {
      leave(task);
      return Optional.of("saves waiting for one actor on this node, limited to " + MAX_PER_ACTOR);
    }
    if (admission.first) {
      drain(actor, task);
    }
    return Optional.empty();
  }

  /**
   * Runs a task and then those that wait in its lane, until one is not done at once, which goes on
   * here when it is.
   */
  private void drain(String actor, Task first) {
    for (Task next = first; next != null; next = take(actor)) {
      Task task = next;
      CompletableFuture<?> running = begin(task);
      if (!running.isDone()) {
        running.whenComplete(
            (done, thrown) -> {
              leave(task);
              Task after = take(actor);
              if (after != null) {
                drain(actor, after);
              }
            });
        return;
      }
      leave(task);
    }
  }

  /** A task that throws has ended: the others of its actor must not wait for it for ever. */
  private static CompletableFuture<?> begin(Task task) {
    try {
      return task.body().get();
    } catch (Throwable thrown) {
      LOG.error("a task failed because of a bug in this server", thrown);
      return CompletableFuture.failedFuture(thrown);
    }
  }

  private @Nullable Task take(String actor) {
    Admission out = new Admission();
    lanes.computeIfPresent(
        actor,
        (key, lane) -> {
          out.task = lane.waiting.poll();
          return out.task == null ? null : lane;
        });
    return out.task;
  }

  private void leave(Task task) {
    synchronized (held) {
      held.tasks--;
      held.bytes -= task.bytes();
      if (held.tasks == 0) {
        held.notifyAll();
      }
    }
  }

  /** Waits until no task runs or waits, or the time is over. */
  public void awaitEmpty(Duration atMost) {
    long giveUpAt = System.nanoTime() + atMost.toNanos();
    synchronized (held) {
      try {
        for (long left = atMost.toMillis(); held.tasks > 0 && left > 0; ) {
          held.wait(left);
          left = (giveUpAt - System.nanoTime()) / 1_000_000;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private record Task(long bytes, Supplier<? extends CompletableFuture<?>> body) {}

  /**
   * The waiting tasks of an actor, one of whose tasks runs. Only touched inside the map's compute.
   */
  private static final class Waiting {
    final Deque<Task> waiting = new ArrayDeque<>(0);
  }

  /** What a compute tells its caller. */
  private static final class Admission {
    boolean first;
    boolean refused;
    @Nullable Task task;

    Waiting into(@Nullable Waiting known, Task task) {
      if (known == null) {
        first = true;
        return new Waiting();
      }
      refused = known.waiting.size() >= MAX_PER_ACTOR;
      if (!refused) {
        known.waiting.add(task);
      }
      return known;
    }
  }
}
