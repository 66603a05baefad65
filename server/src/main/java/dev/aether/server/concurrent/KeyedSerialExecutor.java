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
 * Runs tasks with the same key one after the other, in the order of arrival, and those with
 * different keys concurrently. The number of tasks is limited, both per key and in total. Never
 * blocks except in {@link #awaitEmpty}. Thread-safe.
 */
public final class KeyedSerialExecutor {
  private static final Logger LOG = LoggerFactory.getLogger(KeyedSerialExecutor.class);

  private static final int MAX_PER_KEY = 1024;

  private final Names names;
  private final int maxTasks;
  private final long maxBytes;
  private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

  /**
   * The running and waiting tasks. Guarded by its own monitor, which is also notified when there
   * are none.
   */
  private final Count held = new Count();

  /**
   * What is run, for the texts that clients get if it is refused.
   *
   * @param tasks in the plural, as in "saves"
   * @param key what a key stands for, as in "actor"
   */
  public record Names(String tasks, String key) {}

  /** What is limited, and awaited when the executor is closed. */
  private static final class Count {
    int tasks;
    long bytes;
  }

  /**
   * @param maxTasks the most tasks of all keys, running and waiting
   * @param maxBytes the most bytes that they hold together
   */
  public KeyedSerialExecutor(Names names, int maxTasks, long maxBytes) {
    this.names = names;
    this.maxTasks = maxTasks;
    this.maxBytes = maxBytes;
  }

  /** The most tasks, running and waiting. */
  public int maxTasks() {
    return maxTasks;
  }

  /** The running and waiting tasks. */
  public int tasks() {
    synchronized (held) {
      return held.tasks;
    }
  }

  /** The most bytes that tasks may hold together. */
  public long maxBytes() {
    return maxBytes;
  }

  /** The bytes that tasks hold. */
  public long bytes() {
    synchronized (held) {
      return held.bytes;
    }
  }

  /**
   * Runs a task when all earlier tasks with its key have ended. A task ends when its future
   * completes.
   *
   * @param bytes memory that the task holds until then
   * @return the limit because of which the task was refused, as text for people; empty if it was
   *     accepted
   */
  public Optional<String> run(
      String key, long bytes, Supplier<? extends CompletableFuture<?>> body) {
    synchronized (held) {
      if (held.tasks >= maxTasks) {
        return Optional.of("unanswered " + names.tasks() + " on this node, limited to " + maxTasks);
      }
      if (held.bytes + bytes > maxBytes) {
        return Optional.of(
            "bytes of unanswered " + names.tasks() + " on this node, limited to " + maxBytes);
      }
      held.tasks++;
      held.bytes += bytes;
    }
    Task task = new Task(bytes, body);
    Admission admission = new Admission();
    waiting.compute(key, (same, queue) -> admission.into(queue, task));
    if (admission.refused) {
      leave(task);
      return Optional.of(
          names.tasks()
              + " waiting for one "
              + names.key()
              + " on this node, limited to "
              + MAX_PER_KEY);
    }
    if (admission.first) {
      drain(key, task);
    }
    return Optional.empty();
  }

  /**
   * Runs a task and then the waiting tasks with its key, until one does not complete immediately.
   * The others then run when that one completes.
   */
  private void drain(String key, Task first) {
    for (Task next = first; next != null; next = take(key)) {
      Task task = next;
      CompletableFuture<?> running = begin(task);
      if (!running.isDone()) {
        running.whenComplete(
            (done, thrown) -> {
              leave(task);
              Task after = take(key);
              if (after != null) {
                drain(key, after);
              }
            });
        return;
      }
      leave(task);
    }
  }

  /**
   * Starts a task. One that throws has ended, since the others with its key must not wait for it
   * forever.
   */
  private static CompletableFuture<?> begin(Task task) {
    try {
      return task.body().get();
    } catch (Throwable thrown) {
      LOG.error("a task failed because of a bug in this server", thrown);
      return CompletableFuture.failedFuture(thrown);
    }
  }

  private @Nullable Task take(String key) {
    Admission out = new Admission();
    waiting.computeIfPresent(
        key,
        (same, queue) -> {
          out.task = queue.tasks.poll();
          return out.task == null ? null : queue;
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

  /** Waits until no task is running or waiting, but no longer than {@code atMost}. */
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
   * The waiting tasks with a key of which a task is running. Accessed only within the map's
   * compute.
   */
  private static final class Waiting {
    final Deque<Task> tasks = new ArrayDeque<>(0);
  }

  /** The result of a compute for its caller. */
  private static final class Admission {
    boolean first;
    boolean refused;
    @Nullable Task task;

    Waiting into(@Nullable Waiting known, Task task) {
      if (known == null) {
        first = true;
        return new Waiting();
      }
      refused = known.tasks.size() >= MAX_PER_KEY;
      if (!refused) {
        known.tasks.add(task);
      }
      return known;
    }
  }
}
