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
 * Processes the items of many actors in parallel, and those of one actor one after the other, in
 * the order of the file: a keyed serial executor with backpressure. The caller blocks while too
 * many items are held. After the first failure no further item is started.
 *
 * <p>One thread adds items. The queues and the work belong to the loop, another thread, which never
 * blocks.
 */
final class ImportExecutor {
  /**
   * The most calls to the server at a time: as many as the unanswered saves that a stream allows.
   */
  static final int MAX_AT_WORK = 1024;

  /**
   * Once {@link #MAX_AT_WORK} is reached, nothing is started until no more than this is left. Saves
   * that are sent in hundreds wake each process on their path once, rather than once per save. This
   * halves the time of an import if the processes share few processors.
   */
  static final int BEGIN_AGAIN_AT = MAX_AT_WORK / 2;

  /**
   * The most items held, including those being processed: enough to find other actors behind a long
   * run of one actor's lines.
   */
  static final int MAX_ITEMS = 8 * 1024;

  /**
   * Once {@link #MAX_ITEMS} is reached, the caller is woken when no more than this is left: waking
   * it for each item would cost more than the rest of its work.
   */
  static final int GIVE_AGAIN_AT = MAX_ITEMS / 4 * 3;

  /** The most characters of the lines held. A larger item is accepted only on its own. */
  static final int MAX_CHARS = 32 * 1024 * 1024;

  private final Executor loop;
  private final Function<ImportItem, ? extends CompletionStage<?>> work;

  // Used by the loop only.
  private final Map<ActorKey, Queue<ImportItem>> queues = new HashMap<>();
  private final Queue<Queue<ImportItem>> ready = new ArrayDeque<>();

  // Guarded by the lock.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int held;
  private int atWork;
  private boolean full;
  private long chars;
  private @Nullable Throwable failure;

  /**
   * Creates an executor without items.
   *
   * @param loop runs tasks one after the other
   * @param work is started on the loop and must not block
   */
  ImportExecutor(Executor loop, Function<ImportItem, ? extends CompletionStage<?>> work) {
    this.loop = loop;
    this.work = work;
  }

  /**
   * Adds an item; blocks while too many are held. Returns false if processing has failed and no
   * more items are accepted.
   */
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

  /**
   * Waits until all items are processed or, after a failure, those that were started. Returns the
   * failure.
   */
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
    Queue<ImportItem> queue = queues.computeIfAbsent(item.actor(), id -> new ArrayDeque<>());
    queue.add(item);
    if (queue.size() == 1) {
      ready.add(queue);
      beginReady();
    }
  }

  private void beginReady() {
    while (!ready.isEmpty() && mayBegin()) {
      Queue<ImportItem> queue = ready.remove();
      ImportItem item = queue.element();
      begin(item).whenCompleteAsync((done, error) -> end(queue, item, error), loop);
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

  private void end(Queue<ImportItem> queue, ImportItem item, @Nullable Throwable error) {
    queue.remove();
    if (queue.isEmpty()) {
      queues.remove(item.actor());
    } else {
      ready.add(queue);
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
      if (held <= GIVE_AGAIN_AT || failure != null) {
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    beginReady();
  }
}
