package dev.aether.client.retry;

import dev.aether.client.Saved;
import dev.aether.client.internal.calls.Futures;
import dev.aether.client.internal.calls.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Saves in the background while the caller continues, for data that may be eventually consistent.
 * Saves of one actor start in the order they were submitted, one at a time; saves of different
 * actors run in parallel. Queued saves are limited in number and exist only in this process's
 * memory; they are lost if the process dies. Safe for use by many threads.
 *
 * <p>Saves start on threads of this saver, and their futures complete on those threads or on the
 * client's executor. They complete in the thread that calls {@link #save} only if the save is
 * cancelled, the saver is closed, or no thread can be created. Callbacks on the futures must not
 * block: each blocked callback occupies one of these threads, though it does not delay other saves
 * as long as the client's executor has free threads.
 */
public final class BackgroundSaver implements AutoCloseable {
  private final AsyncRetryingSaver saver;
  private final BackgroundSaverOptions options;

  /**
   * Starts each save in a task of its own. A save may complete at once and run callbacks that
   * block, and neither the caller nor another save must wait for those.
   */
  private final Executor starters =
      Threads.growing("aether-background-saver-", Duration.ofSeconds(1));

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();

  // Everything below is guarded by the lock.
  /** The saves of each actor, in order; the first one may be running. */
  private final Map<String, Queue<Item>> queues = new HashMap<>();

  /** Queues whose first save may start. */
  private final Queue<Queue<Item>> ready = new ArrayDeque<>();

  private final List<Item> running = new ArrayList<>();
  private final Set<Item> waiting = new HashSet<>();
  private boolean closed;

  /**
   * Creates a saver.
   *
   * @param saver performs the saves; the caller closes its client, after closing this saver
   */
  public BackgroundSaver(AsyncRetryingSaver saver, BackgroundSaverOptions options) {
    this.saver = saver;
    this.options = options;
  }

  /** Creates a saver with the default options. */
  public BackgroundSaver(AsyncRetryingSaver saver) {
    this(saver, BackgroundSaverOptions.defaults());
  }

  /** A submitted save. Not a record, because each one equals only itself. */
  private static final class Item {
    final String actorId;
    final Decider decider;
    final CompletableFuture<Optional<Saved>> outcome = new CompletableFuture<>();

    Item(String actorId, Decider decider) {
      this.actorId = actorId;
      this.decider = decider;
    }
  }

  /**
   * A save that was not completed, to be submitted to another saver or kept elsewhere.
   *
   * @param actorId the actor
   * @param decider the decider of the save
   * @param maybeSaved whether the save had started and may be stored; if false, it is not stored
   */
  public record Unsaved(String actorId, Decider decider, boolean maybeSaved) {}

  /**
   * Submits a save.
   *
   * @return completes as the future of {@link AsyncRetryingSaver#save(String, Decider)}, or with
   *     {@link AbandonedException} if this saver is closed first. Cancelling it cancels the save; a
   *     save that has not started leaves the queue at once
   * @throws QueueFullException if too many saves are waiting; this one was not taken
   * @throws IllegalStateException if this saver is closed
   */
  public CompletableFuture<Optional<Saved>> save(String actorId, Decider decider) {
    Item item = new Item(actorId, decider);
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the saver is closed");
      }
      if (waiting.size() >= options.maxWaiting()) {
        throw new QueueFullException(options.maxWaiting());
      }
      waiting.add(item);
      Queue<Item> queue = queues.computeIfAbsent(actorId, id -> new ArrayDeque<>());
      queue.add(item);
      if (queue.size() == 1) {
        ready.add(queue);
      }
    } finally {
      lock.unlock();
    }
    CompletableFuture<?> leaves = item.outcome.whenComplete((done, thrown) -> leave(item));
    startNext();
    return item.outcome;
  }

  /** Number of saves that have not started. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Starts the next save if one may start. Each save that is submitted or completes allows at most
   * one more, so one call for each is enough.
   */
  private void startNext() {
    for (Item item = next(); item != null; item = next()) {
      Item next = item;
      try {
        starters.execute(() -> start(next));
        return;
      } catch (Throwable noThread) {
        release(next); // This allows one more save to start.
        next.outcome.completeExceptionally(noThread);
      }
    }
  }

  private void start(Item item) {
    if (item.outcome.isDone()) {
      end(item, null, new CancellationException()); // Cancelled or abandoned meanwhile.
      return;
    }
    CompletableFuture<Optional<Saved>> save = saver.save(item.actorId, item.decider);
    CompletableFuture<?> ends = save.whenComplete((saved, thrown) -> end(item, saved, thrown));
    // Has an effect only if the save is abandoned: then no further attempt is made.
    CompletableFuture<?> abandoned =
        item.outcome.whenComplete((saved, thrown) -> save.cancel(true));
  }

  /** The next save to start; null if none may start. It stays first in its queue until its end. */
  private @Nullable Item next() {
    lock.lock();
    try {
      Queue<Item> queue = running.size() < options.maxConcurrent() ? ready.poll() : null;
      if (queue == null) {
        return null;
      }
      Item item = queue.element();
      running.add(item);
      waiting.remove(item);
      return item;
    } finally {
      lock.unlock();
    }
  }

  private void end(Item item, @Nullable Optional<Saved> saved, @Nullable Throwable thrown) {
    release(item);
    startNext(); // Before the callbacks, which may take a while.
    if (thrown == null) {
      item.outcome.complete(saved);
    } else {
      item.outcome.completeExceptionally(Futures.cause(thrown));
    }
  }

  /** Removes a save that ran; the next one of its actor may start. */
  private void release(Item item) {
    lock.lock();
    try {
      running.remove(item);
      Queue<Item> queue = queues.get(item.actorId);
      if (queue != null) {
        queue.remove();
        if (!queue.isEmpty()) {
          ready.add(queue);
        }
        removeIfEmpty(item.actorId, queue);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Removes a completed save that never started: it was cancelled. */
  private void leave(Item item) {
    lock.lock();
    try {
      Queue<Item> queue = queues.get(item.actorId);
      if (waiting.remove(item) && queue != null) {
        queue.remove(item);
        if (queue.isEmpty()) {
          ready.removeIf(Queue::isEmpty);
        }
        removeIfEmpty(item.actorId, queue);
      }
    } finally {
      lock.unlock();
    }
  }

  private void removeIfEmpty(String actorId, Queue<Item> queue) {
    if (queue.isEmpty()) {
      queues.remove(actorId);
    }
    if (queues.isEmpty()) {
      idle.signalAll();
    }
  }

  /**
   * Takes no more saves and waits until all are completed, the time is over, or the thread is
   * interrupted. Saves that are left then are returned, in order for each actor, and their futures
   * complete with {@link AbandonedException}.
   */
  public List<Unsaved> drain(Duration within) {
    List<Item> started;
    List<Item> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      awaitIdle(TimeUnit.NANOSECONDS.convert(within));
      started = List.copyOf(running);
      left.addAll(started);
      for (Queue<Item> queue : queues.values()) {
        queue.stream().filter(item -> !started.contains(item)).forEach(left::add);
      }
      queues.clear();
      ready.clear();
      waiting.clear();
    } finally {
      lock.unlock();
    }
    List<Unsaved> unsaved = new ArrayList<>();
    for (Item item : left) {
      boolean maybeSaved = started.contains(item);
      if (item.outcome.completeExceptionally(new AbandonedException(item.actorId, maybeSaved))) {
        unsaved.add(new Unsaved(item.actorId, item.decider, maybeSaved));
      }
    }
    return unsaved;
  }

  private void awaitIdle(long nanos) {
    try {
      long rest = nanos;
      while (!queues.isEmpty() && rest > 0) {
        rest = idle.awaitNanos(rest);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Closes this saver as {@link #drain} does, within {@link BackgroundSaverOptions#drainWithin()}.
   * Only the futures of the saves that are left report them.
   */
  @Override
  public void close() {
    List<Unsaved> unsaved = drain(options.drainWithin());
    if (!unsaved.isEmpty()) {
      LoggerFactory.getLogger(BackgroundSaver.class)
          .warn("closed with {} uncompleted saves", unsaved.size());
    }
  }
}
