package dev.aether.server.cli.load;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Works on what many actors get at once and on one at a time of each actor, in the order they came.
 * The giver waits while too much is held; after the first failure nothing new is begun.
 *
 * <p>One thread gives; lanes and work belong to the loop, another thread that never waits.
 */
final class ImportLanes {
  /** Calls to the server at one time: as many as one stream of saves holds unanswered. */
  static final int MAX_AT_WORK = 1024;

  /**
   * Once {@link #MAX_AT_WORK} is reached nothing is begun until no more than this is left. Work
   * that goes out in hundreds wakes every process on its way once, and not once for each save: half
   * the time of an import, where processes take turns on few processors.
   */
  static final int BEGIN_AGAIN_AT = MAX_AT_WORK / 2;

  /** Items held, those at work included: looks past a run of one actor's lines for others. */
  static final int MAX_ITEMS = 8 * 1024;

  /** Characters of the lines held; one item that is larger is taken alone. */
  static final int MAX_CHARS = 32 * 1024 * 1024;

  private final Executor loop;
  private final Function<ImportItem, ? extends CompletionStage<?>> work;

  // The loop's.
  private final Map<ActorKey, Queue<ImportItem>> lanes = new HashMap<>();
  private final Queue<Queue<ImportItem>> ready = new ArrayDeque<>();

  // Under the lock.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int held;
  private int atWork;
  private boolean full;
  private long chars;
  private @Nullable Throwable failure;

  /**
   * Lanes without items.
   *
   * @param loop runs one task after the other
   * @param work is begun on the loop and must not wait
   */
  ImportLanes(Executor loop, Function<ImportItem, ? extends CompletionStage<?>> work) {
    this.loop = loop;
    this.work = work;
  }

  /** Takes an item, waiting for room; false when work has failed and nothing more is taken. */
  boolean give(ImportItem item) throws InterruptedException {
    lock.lock();
    try {
      while (failure == null && !hasRoom(item)) {
        changed.await();
      }
      if (failure != null) {
        return false;
      }
      held++;
      chars += item.chars();
    } finally {
      lock.unlock();
    }
    loop.execute(() -> enter(item));
    return true;
  }

  /** Waits until all is done or, after a failure, what was begun; gives the failure. */
  @Nullable Throwable drain() throws InterruptedException {
    lock.lock();
    try {
      while (atWork > 0 || (failure == null && held > 0)) {
        changed.await();
      }
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(ImportItem item) {
    return held == 0 || (held < MAX_ITEMS && chars + item.chars() <= MAX_CHARS);
  }

  private void enter(ImportItem item) {
    Queue<ImportItem> lane = lanes.computeIfAbsent(item.actor(), id -> new ArrayDeque<>());
    lane.add(item);
    if (lane.size() == 1) {
      ready.add(lane);
      beginReady();
    }
  }

  private void beginReady() {
    while (!ready.isEmpty() && mayBegin()) {
      Queue<ImportItem> lane = ready.remove();
      ImportItem item = lane.element();
      begin(item).whenCompleteAsync((done, error) -> end(lane, item, error), loop);
    }
  }

  private CompletionStage<?> begin(ImportItem item) {
    try {
      return work.apply(item);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private boolean mayBegin() {
    lock.lock();
    try {
      if (failure != null || full) {
        return false;
      }
      atWork++;
      full = atWork == MAX_AT_WORK;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(Queue<ImportItem> lane, ImportItem item, @Nullable Throwable error) {
    lane.remove();
    if (lane.isEmpty()) {
      lanes.remove(item.actor());
    } else {
      ready.add(lane);
    }
    lock.lock();
    try {
      atWork--;
      full &= atWork > BEGIN_AGAIN_AT;
      held--;
      chars -= item.chars();
      if (failure == null) {
        failure = error;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    beginReady();
  }
}
