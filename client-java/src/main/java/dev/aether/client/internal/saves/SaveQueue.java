package dev.aether.client.internal.saves;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.internal.calls.Backoff;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Durations;
import dev.aether.client.internal.calls.ErrorMapper;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends the saves of a stream on one call after another. A new call first gets all unanswered saves
 * again, in their order, and then new ones. One lock guards everything; requests are sent under it,
 * in the order in which they were taken. Futures complete outside the lock.
 *
 * <p>It is longer than most classes because all of its methods change the same state under that
 * lock; what can be told apart is in {@link PendingSaves} and {@link SaveStreamCall}.
 */
public final class SaveQueue implements SaveStreamCall.Receiver {
  private static final Duration CHECK_DEADLINES_EVERY = Duration.ofMillis(100);

  /** Converts the error of the last call. */
  public interface LastFailure {
    /**
     * Returns what the unanswered saves report.
     *
     * @param broughtNothing whether the call reached a node and brought no answer
     */
    AetherException asReported(AetherException why, boolean broughtNothing);
  }

  private final Connection connection;
  private final SaveStreamOptions options;
  private final RepeatOptions repeats;
  private final Duration callPatience;
  private final LastFailure lastFailure;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomOrClosed = lock.newCondition();
  // Everything below is guarded by the lock.
  private final PendingSaves pending;
  private @Nullable SaveStreamCall call;
  private boolean waitingToReopen;
  private boolean checkScheduled;
  private boolean closed;

  /** Number of calls in a row that brought no answer. */
  private int attempts;

  private @Nullable CompletableFuture<@Nullable Void> room;
  private @Nullable CompletableFuture<@Nullable Void> drained;

  /**
   * Creates an empty queue.
   *
   * @param repeats how many calls in a row may bring no answer, and the delays between them
   * @param callPatience how long a call that owes answers may bring none
   */
  public SaveQueue(
      Connection connection,
      SaveStreamOptions options,
      RepeatOptions repeats,
      Duration callPatience,
      LastFailure lastFailure) {
    this.connection = connection;
    this.options = options;
    this.repeats = repeats;
    this.callPatience = callPatience;
    this.lastFailure = lastFailure;
    this.pending = new PendingSaves(options);
  }

  /** Takes a save; blocks while there is no room for it. */
  public CompletableFuture<Saved> put(SaveEventsRequest request, Duration deadline) {
    int bytes = request.getSerializedSize();
    lock.lock();
    try {
      while (!closed && !pending.hasRoom(bytes)) {
        roomOrClosed.await();
      }
      return take(request, deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AetherException(
          Reason.CANCELLED, "interrupted while waiting for room in the stream", Map.of(), e);
    } finally {
      if (pending.hasRoom(1)) {
        // Pass the signal on, even if this save was refused: it may have been the only one.
        roomOrClosed.signal();
      }
      lock.unlock();
    }
  }

  /** Takes a save if there is room for it. */
  public Optional<CompletableFuture<Saved>> offer(SaveEventsRequest request, Duration deadline) {
    lock.lock();
    try {
      return closed || pending.hasRoom(request.getSerializedSize())
          ? Optional.of(take(request, deadline))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a save if it can be sent at once, on a call to the node that other calls use too. Returns
   * empty also if a save with the same commit id is unanswered.
   */
  Optional<CompletableFuture<Saved>> takeNow(SaveEventsRequest request, Duration deadline) {
    lock.lock();
    try {
      SaveStreamCall current = call;
      if (current != null && current.hasLeftNode()) {
        current.finish();
      }
      boolean canSend =
          current == null
              ? !waitingToReopen
              : !current.isEnding() && !current.isAbandoned(request.getCommitId());
      return canSend
              && !closed
              && pending.hasRoom(request.getSerializedSize())
              && pending.get(request.getCommitId()) == null
          ? Optional.of(take(request, deadline))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the call if nothing is unanswered; the next save opens another one. Returns whether
   * nothing is unanswered.
   */
  boolean finishIfIdle() {
    lock.lock();
    try {
      boolean idle = pending.isEmpty();
      if (idle && call != null) {
        call.finish();
      }
      return idle;
    } finally {
      lock.unlock();
    }
  }

  private CompletableFuture<Saved> take(SaveEventsRequest request, Duration deadline) {
    if (closed) {
      throw new IllegalStateException("the stream is closed");
    }
    PendingSave save = new PendingSave(request, System.nanoTime() + Durations.nanos(deadline));
    SaveStreamCall current = call;
    if (current != null && current.isAbandoned(save.commitId()) || !pending.add(save)) {
      throw new IllegalArgumentException(
          "a save with commit id " + save.commitId() + " is still unanswered");
    }
    scheduleCheck();
    if (current == null) {
      if (!waitingToReopen) {
        try {
          open();
        } catch (RuntimeException | Error e) {
          remove(save); // The caller gets the exception, and may submit the save again.
          throw e;
        }
      }
      return save.outcome();
    }
    if (pending.size() == 1) {
      current.restartClock(); // Nothing was owed until now.
    }
    if (current.hasLeftNode()) {
      current.finish(); // The next call, which goes to the other node, begins when this one ends.
    }
    if (!current.isEnding()) {
      save.send(current);
    }
    return save.outcome();
  }

  /** Opens a call. Whatever an interceptor of the application throws leaves none open. */
  private void open() {
    SaveStreamCall next = new SaveStreamCall(connection, this);
    next.start();
    call = next;
    pending.all().forEach(save -> save.send(next));
  }

  private void scheduleCheck() {
    if (!checkScheduled) {
      checkScheduled = true;
      Timer.Task unused = connection.timer().schedule(this::checkDeadlines, CHECK_DEADLINES_EVERY);
    }
  }

  private void checkDeadlines() {
    List<PendingSave> late;
    boolean connected;
    lock.lock();
    try {
      checkScheduled = false;
      SaveStreamCall current = call;
      // A call that has been started may still wait for its connection.
      connected = current != null && current.mayHaveSent();
      late = pending.late(System.nanoTime());
      for (PendingSave save : late) {
        remove(save);
        if (current != null && save.isOwedBy(current)) {
          current.abandon(save);
        }
      }
      if (current != null
          && (!pending.isEmpty() && current.isSilentFor(callPatience)
              || current.abandonedCount() > options.maxUnanswered())) {
        current.giveUp();
      }
      if (!pending.isEmpty() && !connection.closed()) {
        scheduleCheck();
      }
    } finally {
      lock.unlock();
    }
    late.forEach(save -> save.givenUp(PendingSave.late(connected)));
    completeWaiters();
  }

  private void remove(PendingSave save) {
    if (pending.remove(save)) {
      roomOrClosed.signal();
    }
  }

  private List<PendingSave> removeAll() {
    List<PendingSave> all = pending.all();
    all.forEach(this::remove);
    return all;
  }

  @Override
  public void onAnswer(SaveStreamCall from, SaveEventsStreamResponse answer) {
    Failure failure = answer.hasSaved() ? null : ErrorMapper.failure(answer.getFailed());
    List<PendingSave> overtaken = List.of();
    PendingSave save;
    lock.lock();
    try {
      if (from != call) {
        return;
      }
      attempts = 0;
      from.answered();
      PendingSave.Place abandoned = from.forgetAbandoned(answer.getCommitId());
      if (abandoned != null) {
        if (failure != null) {
          noteFailure(from, abandoned, failure);
        }
        return;
      }
      save = pending.get(answer.getCommitId());
      if (save == null) {
        Logs.CLIENT.warn("unexpected answer to commit {}", answer.getCommitId());
        return;
      }
      if (failure != null) {
        if (failure.isStopping()) {
          from.finishOnStoppingNode(failure);
        }
        if (isForNextNode(from, save, failure)) {
          save.refused(failure.error());
          return;
        }
        noteFailure(from, save.place(), failure);
      }
      remove(save);
      if (from.isEnding()) {
        // A later save of the actor is answered by now, so sending these again would reorder them.
        overtaken = pending.refusedOf(save.place().actor());
        overtaken.forEach(this::remove);
      }
    } finally {
      lock.unlock();
    }
    if (failure == null) {
      save.saved(answer.getSaved());
    } else {
      save.failed(failure);
    }
    for (PendingSave each : overtaken) {
      AetherException refusal = each.refusal();
      if (refusal != null) {
        each.givenUp(refusal);
      }
    }
    completeWaiters();
  }

  /**
   * Whether a save goes to another node: this one is stopping, or it did not store the save because
   * an earlier one of the actor goes to another node.
   */
  private boolean isForNextNode(SaveStreamCall from, PendingSave save, Failure failure) {
    if (repeats.maxAttempts() == 1) {
      return false;
    }
    return failure.isStopping()
        || from.isEnding()
            && failure.isStoreUnavailable()
            && !pending.refusedOf(save.place().actor()).isEmpty();
  }

  /** Notes what the failure of a save says about its node and about later saves of its actor. */
  private void noteFailure(SaveStreamCall from, PendingSave.Place place, Failure failure) {
    if (from.isOrderBroken(place.actor())) {
      return; // Only a consequence of an earlier failure.
    }
    if (failure.isStoreUnavailable()) {
      from.leaveNode(failure);
    }
    if (place.canBeOvertaken() && failure.mayYetBeStored()) {
      from.breakOrder(place.actor());
      pending.all().stream()
          .filter(save -> save.isOf(place.actor()))
          .forEach(PendingSave::breakOff);
    }
  }

  @Override
  public void onEnd(SaveStreamCall ended, @Nullable Failure failure) {
    Failure why = failure == null ? Failure.endedEarly() : failure;
    List<PendingSave> brokenOff;
    List<PendingSave> lost = List.of();
    boolean broughtNothing;
    lock.lock();
    try {
      if (ended != call) {
        return;
      }
      broughtNothing = !ended.hasAnswered();
      // On the next call they would be stored, and could overtake the save that failed.
      brokenOff = pending.brokenOff();
      brokenOff.forEach(this::remove);
      boolean isOwed = pending.all().stream().anyMatch(save -> save.isOwedBy(ended));
      boolean ran = !why.isRefusedStream();
      pending.all().forEach(save -> save.lost(ran));
      call = null;
      if (!pending.isEmpty() && !reopenLater(why, ended.isEnding() && !isOwed)) {
        lost = removeAll();
      }
    } finally {
      lock.unlock();
    }
    brokenOff.forEach(PendingSave::failBrokenOff);
    giveUp(lost, why, broughtNothing && isStreamsFault(why));
  }

  /** Whether streams may fail like this where calls do not. */
  private static boolean isStreamsFault(Failure why) {
    return why.sent() && !why.isUnauthenticated() && !why.isStopping();
  }

  /**
   * Schedules another call; returns false if another call would be of no use.
   *
   * @param asPlanned whether the call ended because this queue changes to another node, which is no
   *     failed attempt
   */
  private boolean reopenLater(Failure why, boolean asPlanned) {
    if (!asPlanned) {
      attempts++;
    }
    // Once without an answer in between: a token that was renewed is sent with the next call
    // already.
    boolean worthwhile = why.repeatable() || (why.isUnauthenticated() && attempts <= 1);
    boolean mayRepeat = asPlanned || attempts < repeats.maxAttempts();
    if (!worthwhile || !mayRepeat || connection.closed()) {
      return false;
    }
    Duration delay = Backoff.delay(repeats, Math.max(attempts, 1), why);
    Logs.CLIENT.debug(
        "save stream broke with {} unanswered saves, next attempt in {} ms: {}",
        pending.size(),
        delay.toMillis(),
        why.error().getMessage());
    waitingToReopen = true;
    Timer.Task unused = connection.timer().schedule(() -> reopen(why), delay);
    return true;
  }

  private void reopen(Failure why) {
    List<PendingSave> lost = List.of();
    Failure last = why;
    lock.lock();
    try {
      waitingToReopen = false;
      if (connection.closed()) {
        lost = removeAll();
      } else if (!pending.isEmpty()) {
        if (!why.sent()) {
          connection.reconnect();
        }
        try {
          open();
        } catch (RuntimeException | Error e) {
          // The timer would only log it.
          last = Failure.notStarted(e);
          lost = removeAll();
        }
      }
    } finally {
      lock.unlock();
    }
    giveUp(lost, last, false);
  }

  private void giveUp(List<PendingSave> lost, Failure why, boolean broughtNothing) {
    if (!lost.isEmpty()) {
      AetherException error =
          lastFailure.asReported(connection.asSeenNow(why).error(), broughtNothing);
      lost.forEach(save -> save.givenUp(error));
    }
    completeWaiters();
  }

  /** Number of unanswered saves. */
  public int size() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /** Completes when there is room for a save of any size, or when the queue is closed. */
  public CompletableFuture<@Nullable Void> room() {
    lock.lock();
    try {
      if (closed || pending.hasRoomForAny()) {
        return CompletableFuture.completedFuture(null);
      }
      CompletableFuture<@Nullable Void> shared = room;
      if (shared == null) {
        shared = new CompletableFuture<>();
        room = shared;
      }
      return shared.copy();
    } finally {
      lock.unlock();
    }
  }

  private void completeWaiters() {
    CompletableFuture<@Nullable Void> waiting = null;
    CompletableFuture<@Nullable Void> end = null;
    lock.lock();
    try {
      if (room != null && (closed || pending.hasRoomForAny())) {
        waiting = room;
        room = null;
      }
      if (closed && pending.isEmpty()) {
        end = drained;
        if (call != null) {
          call.finish();
        }
      }
    } finally {
      lock.unlock();
    }
    if (waiting != null) {
      waiting.complete(null);
    }
    if (end != null) {
      end.complete(null);
    }
  }

  /** Takes no more saves; completes when all are answered. */
  public CompletableFuture<@Nullable Void> drain() {
    CompletableFuture<@Nullable Void> end;
    lock.lock();
    try {
      closed = true;
      roomOrClosed.signalAll();
      end = drained == null ? new CompletableFuture<>() : drained;
      drained = end;
    } finally {
      lock.unlock();
    }
    completeWaiters();
    return end.copy();
  }

  /** Gives up all unanswered saves. */
  public void abort(AetherException why) {
    List<PendingSave> lost;
    lock.lock();
    try {
      lost = removeAll();
      if (call != null) {
        call.giveUp();
      }
    } finally {
      lock.unlock();
    }
    lost.forEach(save -> save.givenUp(why));
    completeWaiters();
  }
}
