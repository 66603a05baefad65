package dev.aether.client.retry;

import dev.aether.client.Saved;
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
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Saves later, in the background, so that the caller goes on at once: for what may be eventually
 * consistent. Saves of one actor are begun in the order they came, one at a time; those of
 * different actors are made side by side. What waits is bounded and in this process's memory only:
 * it is gone if the process dies. For any number of threads.
 *
 * <p>Saves are begun on threads of this saver, and outcomes complete on those or on the client's
 * executor; in the thread that calls {@link #save} only where it cancels, closes, or no thread can
 * be had. Callbacks on outcomes must not block: each that does keeps one of these threads, though
 * it holds up no other save while the client's executor has threads left.
 */
public final class BackgroundSaver implements AutoCloseable {
  private final AsyncRetryingSaver saver;
  private final BackgroundSaverOptions options;

  /**
   * Begins saves, each in a task of its own: what ends there at once may be followed by callbacks
   * that block, and neither a caller nor another save should wait for them. As many threads as
   * saves are at work and callbacks block; they end when they are idle.
   */
  private final Executor beginners = newBeginners();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  // All below under the lock.
  private final Map<String, Queue<Item>> lanes = new HashMap<>();
  private final Queue<Queue<Item>> ready = new ArrayDeque<>();
  private final List<Item> atWork = new ArrayList<>();
  private final Set<Item> waiting = new HashSet<>();
  private boolean closed;

  /**
   * A saver that has nothing to do yet.
   *
   * @param saver makes the saves; its client stays the caller's to close, after this
   */
  public BackgroundSaver(AsyncRetryingSaver saver, BackgroundSaverOptions options) {
    this.saver = saver;
    this.options = options;
  }

  /** A saver with the default options. */
  public BackgroundSaver(AsyncRetryingSaver saver) {
    this(saver, BackgroundSaverOptions.defaults());
  }

  /** A save that was taken; a class, since each equals only itself, whatever its decider is. */
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
   * What was not saved, to be handed to another saver or kept elsewhere.
   *
   * @param actorId the actor
   * @param decider what was to be decided
   * @param maybeSaved whether it was at work and may be stored; false: it is not
   */
  public record Unsaved(String actorId, Decider decider, boolean maybeSaved) {}

  /**
   * Takes a save.
   *
   * @return its outcome, as of {@link AsyncRetryingSaver#save(String, Decider)}; completes with
   *     {@link AbandonedException} if this saver is closed before. To cancel it is to want it no
   *     longer: if it waits, it makes room at once
   * @throws QueueFullException if too many wait; this one was not taken
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
      Queue<Item> lane = lanes.computeIfAbsent(actorId, id -> new ArrayDeque<>());
      lane.add(item);
      if (lane.size() == 1) {
        ready.add(lane);
      }
    } finally {
      lock.unlock();
    }
    CompletableFuture<?> leaves = item.outcome.whenComplete((done, thrown) -> leave(item));
    beginNext();
    return item.outcome;
  }

  /** How many saves wait for their turn. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins the next save if it may begin. Each that comes or ends lets one more begin at most, so
   * once for each is enough, and no thread works off what others add.
   */
  private void beginNext() {
    for (Item item = next(); item != null; item = next()) {
      Item begun = item;
      try {
        beginners.execute(() -> begin(begun));
        return;
      } catch (Throwable noThread) {
        release(begun); // Which lets one more begin.
        begun.outcome.completeExceptionally(noThread);
      }
    }
  }

  private void begin(Item item) {
    if (item.outcome.isDone()) {
      end(item, null, new CancellationException()); // It was cancelled, or abandoned, just now.
      return;
    }
    CompletableFuture<Optional<Saved>> save = saver.save(item.actorId, item.decider);
    CompletableFuture<?> ends = save.whenComplete((saved, thrown) -> end(item, saved, thrown));
    // Nothing, unless it was abandoned: then no further attempt is made.
    CompletableFuture<?> abandoned =
        item.outcome.whenComplete((saved, thrown) -> save.cancel(true));
  }

  /** The next save to begin, which stays the head of its lane until its end; null: none now. */
  private @Nullable Item next() {
    lock.lock();
    try {
      Queue<Item> lane = atWork.size() < options.maxConcurrent() ? ready.poll() : null;
      if (lane == null) {
        return null;
      }
      Item item = lane.element();
      atWork.add(item);
      waiting.remove(item);
      return item;
    } finally {
      lock.unlock();
    }
  }

  private void end(Item item, @Nullable Optional<Saved> saved, @Nullable Throwable thrown) {
    release(item);
    beginNext(); // Before the callbacks, which may take their time.
    if (thrown == null) {
      item.outcome.complete(saved);
    } else {
      item.outcome.completeExceptionally(Causes.of(thrown));
    }
  }

  /** It is no longer at work: its lane may go on. */
  private void release(Item item) {
    lock.lock();
    try {
      atWork.remove(item);
      Queue<Item> lane = lanes.get(item.actorId);
      if (lane != null) {
        lane.remove();
        if (!lane.isEmpty()) {
          ready.add(lane);
        }
        forgetIfEmpty(item.actorId, lane);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Its outcome is there: if it still waits, it was cancelled, and makes room. */
  private void leave(Item item) {
    lock.lock();
    try {
      Queue<Item> lane = lanes.get(item.actorId);
      if (waiting.remove(item) && lane != null) {
        lane.remove(item);
        if (lane.isEmpty()) {
          ready.removeIf(Queue::isEmpty);
        }
        forgetIfEmpty(item.actorId, lane);
      }
    } finally {
      lock.unlock();
    }
  }

  private void forgetIfEmpty(String actorId, Queue<Item> lane) {
    if (lane.isEmpty()) {
      lanes.remove(actorId);
    }
    if (lanes.isEmpty()) {
      idle.signalAll();
    }
  }

  /**
   * Takes no more saves and waits until all are made, or the time is over, or the thread is
   * interrupted. What is left then is handed back, in order for each actor, and its futures
   * complete with {@link AbandonedException}.
   */
  public List<Unsaved> drain(Duration within) {
    List<Item> begun;
    List<Item> left = new ArrayList<>();
    lock.lock();
    try {
      closed = true;
      awaitIdle(TimeUnit.NANOSECONDS.convert(within));
      begun = List.copyOf(atWork);
      left.addAll(begun);
      lanes
          .values()
          .forEach(lane -> lane.stream().filter(i -> !begun.contains(i)).forEach(left::add));
      lanes.clear();
      ready.clear();
      waiting.clear();
    } finally {
      lock.unlock();
    }
    List<Unsaved> unsaved = new ArrayList<>();
    for (Item item : left) {
      boolean maybeSaved = begun.contains(item);
      if (item.outcome.completeExceptionally(new AbandonedException(item.actorId, maybeSaved))) {
        unsaved.add(new Unsaved(item.actorId, item.decider, maybeSaved));
      }
    }
    return unsaved;
  }

  private void awaitIdle(long nanos) {
    try {
      long rest = nanos;
      while (!lanes.isEmpty() && rest > 0) {
        rest = idle.awaitNanos(rest);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * As {@link #drain}, within {@link BackgroundSaverOptions#drainWithin()}. What is left is told by
   * its futures only.
   */
  @Override
  public void close() {
    List<Unsaved> told = drain(options.drainWithin());
    if (!told.isEmpty()) {
      LoggerFactory.getLogger(BackgroundSaver.class)
          .warn("closed with {} saves not made", told.size());
    }
  }

  private static Executor newBeginners() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        1,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "aether-background-saver");
          thread.setDaemon(true);
          return thread;
        });
  }
}
