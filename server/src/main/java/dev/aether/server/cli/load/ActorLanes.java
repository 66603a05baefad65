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
 * Works on many actors' commits at once and on one at a time of each actor, in the order they came.
 * The giver waits while too much is held; after the first failure nothing new is begun.
 *
 * <p>One thread gives; lanes and work belong to the loop, another thread that never waits.
 */
final class ActorLanes {
  /** Calls to the server at one time: enough to keep its disk busy. */
  static final int MAX_AT_WORK = 256;

  /** Commits held, those at work included: looks past a run of one actor's lines for others. */
  static final int MAX_COMMITS = 8 * 1024;

  /** Characters of the lines held; one commit that is larger is taken alone. */
  static final int MAX_CHARS = 32 * 1024 * 1024;

  private final Executor loop;
  private final Function<ImportCommit, ? extends CompletionStage<?>> work;

  // The loop's.
  private final Map<String, Queue<ImportCommit>> lanes = new HashMap<>();
  private final Queue<Queue<ImportCommit>> ready = new ArrayDeque<>();

  // Under the lock.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int commits;
  private int atWork;
  private long chars;
  private @Nullable Throwable failure;

  /**
   * Lanes without commits.
   *
   * @param loop runs one task after the other
   * @param work is begun on the loop and must not wait
   */
  ActorLanes(Executor loop, Function<ImportCommit, ? extends CompletionStage<?>> work) {
    this.loop = loop;
    this.work = work;
  }

  /** Takes a commit, waiting for room; false when work has failed and nothing more is taken. */
  boolean give(ImportCommit commit) throws InterruptedException {
    lock.lock();
    try {
      while (failure == null && !hasRoom(commit)) {
        changed.await();
      }
      if (failure != null) {
        return false;
      }
      commits++;
      chars += commit.chars();
    } finally {
      lock.unlock();
    }
    loop.execute(() -> enter(commit));
    return true;
  }

  /** Waits until all is done or, after a failure, what was begun; gives the failure. */
  @Nullable Throwable drain() throws InterruptedException {
    lock.lock();
    try {
      while (atWork > 0 || (failure == null && commits > 0)) {
        changed.await();
      }
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(ImportCommit commit) {
    return commits == 0 || (commits < MAX_COMMITS && chars + commit.chars() <= MAX_CHARS);
  }

  private void enter(ImportCommit commit) {
    Queue<ImportCommit> lane = lanes.computeIfAbsent(commit.actorId(), id -> new ArrayDeque<>());
    lane.add(commit);
    if (lane.size() == 1) {
      ready.add(lane);
      beginReady();
    }
  }

  private void beginReady() {
    while (!ready.isEmpty() && mayBegin()) {
      Queue<ImportCommit> lane = ready.remove();
      ImportCommit commit = lane.element();
      begin(commit).whenCompleteAsync((done, error) -> end(lane, commit, error), loop);
    }
  }

  private CompletionStage<?> begin(ImportCommit commit) {
    try {
      return work.apply(commit);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private boolean mayBegin() {
    lock.lock();
    try {
      if (failure != null || atWork == MAX_AT_WORK) {
        return false;
      }
      atWork++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void end(Queue<ImportCommit> lane, ImportCommit commit, @Nullable Throwable error) {
    lane.remove();
    if (lane.isEmpty()) {
      lanes.remove(commit.actorId());
    } else {
      ready.add(lane);
    }
    lock.lock();
    try {
      atWork--;
      commits--;
      chars -= commit.chars();
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
