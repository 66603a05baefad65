package dev.aether.client.internal.saves;

import dev.aether.client.AetherException;
import dev.aether.client.AsyncAetherClient;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.internal.calls.Backoff;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.ErrorMapper;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered saves of a stream, in the order in which they came, and the call they are sent on.
 * A new call gets all of them again, in that order, before anything new. All is guarded by one
 * lock, under which requests are also sent: so their order on the wire is theirs here. Futures
 * complete outside it.
 */
public final class SaveQueue implements SaveStreamCall.Receiver {
  /** How often it is looked whether a save's time is over. */
  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Connection connection;
  private final SaveStreamOptions options;
  private final RepeatOptions repeats;
  private final Duration callPatience;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomOrClosed = lock.newCondition();
  // All below is guarded by the lock.
  private final Map<String, PendingSave> pending = new LinkedHashMap<>();

  /**
   * Given up, but still to be answered on the present call. At most as many as may be unanswered:
   * then the call is given up.
   */
  private final Set<String> forsaken = new HashSet<>();

  private long pendingBytes;
  private @Nullable SaveStreamCall call;

  /** The node of the present call is stopping: nothing more is sent on it. */
  private boolean callEnds;

  private boolean pausing;
  private boolean looking;
  private boolean closed;
  private int attempts;
  private long answeredNanos;
  private @Nullable CompletableFuture<@Nullable Void> room;
  private @Nullable CompletableFuture<@Nullable Void> drained;

  /**
   * An empty queue.
   *
   * @param repeats how many calls in a row may bring no answer, and the pauses between
   * @param callPatience how long a call may bring no answer while it owes some
   */
  public SaveQueue(
      Connection connection,
      SaveStreamOptions options,
      RepeatOptions repeats,
      Duration callPatience) {
    this.connection = connection;
    this.options = options;
    this.repeats = repeats;
    this.callPatience = callPatience;
  }

  /** Takes a save, waiting for room. */
  public CompletableFuture<Saved> put(SaveEventsRequest request, Duration deadline) {
    int bytes = request.getSerializedSize();
    lock.lock();
    try {
      while (!closed && !hasRoom(bytes)) {
        roomOrClosed.await();
      }
      return take(request, deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AetherException(
          Reason.CANCELLED, "interrupted while it waited for room", Map.of(), e);
    } finally {
      if (hasRoom(1)) {
        // Also when this save was refused: it may have had the only signal.
        roomOrClosed.signal();
      }
      lock.unlock();
    }
  }

  /** Takes a save if there is room. */
  public Optional<CompletableFuture<Saved>> offer(SaveEventsRequest request, Duration deadline) {
    lock.lock();
    try {
      return closed || hasRoom(request.getSerializedSize())
          ? Optional.of(take(request, deadline))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private boolean hasRoom(int bytes) {
    return pending.isEmpty()
        || pending.size() < options.maxUnanswered()
            && pendingBytes + bytes <= options.maxUnansweredBytes();
  }

  private boolean hasRoomForAny() {
    return hasRoom(
        (int) Math.min(AsyncAetherClient.MAX_REQUEST_BYTES, options.maxUnansweredBytes()));
  }

  private CompletableFuture<Saved> take(SaveEventsRequest request, Duration deadline) {
    if (closed) {
      throw new IllegalStateException("the stream is closed");
    }
    PendingSave save = new PendingSave(request, System.nanoTime() + deadline.toNanos());
    if (forsaken.contains(save.commitId()) || pending.putIfAbsent(save.commitId(), save) != null) {
      throw new IllegalArgumentException(
          "a save with commit id " + save.commitId() + " is unanswered");
    }
    pendingBytes += save.bytes();
    look();
    SaveStreamCall on = call;
    if (on == null) {
      if (!pausing) {
        open();
      }
    } else if (!callEnds) {
      if (pending.size() == 1) {
        answeredNanos = System.nanoTime(); // Until now nothing was owed.
      }
      save.send(on);
    }
    return save.outcome();
  }

  private void open() {
    SaveStreamCall next = new SaveStreamCall(connection, this);
    call = next;
    callEnds = false;
    answeredNanos = System.nanoTime();
    next.start();
    pending.values().forEach(save -> save.send(next));
  }

  /** Looks at the deadlines as long as there are any. */
  private void look() {
    if (!looking) {
      looking = true;
      Timer.Task unused = connection.timer().schedule(this::looked, LOOK_EVERY);
    }
  }

  private void looked() {
    List<PendingSave> late = new ArrayList<>();
    boolean connected;
    lock.lock();
    try {
      looking = false;
      connected = call != null;
      long now = System.nanoTime();
      for (PendingSave save : pending.values()) {
        if (now - save.endNanos() >= 0) {
          late.add(save);
        }
      }
      late.forEach(this::forsake);
      boolean silent = !pending.isEmpty() && now - answeredNanos > callPatience.toNanos();
      if (call != null && (silent || forsaken.size() > options.maxUnanswered())) {
        call.giveUp();
      }
      if (!pending.isEmpty() && !connection.closed()) {
        look();
      }
    } finally {
      lock.unlock();
    }
    late.forEach(save -> save.givenUp(PendingSave.late(connected)));
    tellRoom();
  }

  private void forsake(PendingSave save) {
    remove(save);
    SaveStreamCall on = call;
    if (on != null && save.sentNanosOn(on) != null) {
      forsaken.add(save.commitId());
    }
  }

  private void remove(PendingSave save) {
    if (pending.remove(save.commitId(), save)) {
      pendingBytes -= save.bytes();
      roomOrClosed.signal();
    }
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
      answeredNanos = System.nanoTime();
      if (forsaken.remove(answer.getCommitId())) {
        return;
      }
      save = pending.get(answer.getCommitId());
      if (save == null) {
        Logs.CLIENT.warn("an answer to commit {}, which is not awaited", answer.getCommitId());
        return;
      }
      if (failure != null && failure.error().reason() == Reason.SHUTTING_DOWN) {
        save.refused(failure.error());
        endCall(from, failure);
        return;
      }
      remove(save);
      if (callEnds) {
        overtaken = overtakenBy(save);
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
      AetherException why = each.refusal();
      if (why != null) {
        each.givenUp(why);
      }
    }
    tellRoom();
  }

  /** The node stops: what it still answers is awaited, all else is for another. */
  private void endCall(SaveStreamCall ending, Failure why) {
    if (!callEnds) {
      callEnds = true;
      ending.leaveNode(why);
      ending.halfClose();
    }
  }

  /** Refused saves of an actor of which a later one is answered: to send them now is too late. */
  private List<PendingSave> overtakenBy(PendingSave answered) {
    List<PendingSave> overtaken = new ArrayList<>();
    for (PendingSave save : pending.values()) {
      if (save.refusal() != null && save.isOfSameActor(answered)) {
        overtaken.add(save);
      }
    }
    return overtaken;
  }

  @Override
  public void onEnd(SaveStreamCall ended, @Nullable Failure failure) {
    Failure why = failure == null ? Failure.endedEarly() : failure;
    List<PendingSave> lost = List.of();
    lock.lock();
    try {
      if (ended != call) {
        return;
      }
      boolean ran = why.code() != Status.Code.UNIMPLEMENTED;
      pending.values().forEach(save -> save.lost(ran));
      call = null;
      forsaken.clear();
      if (!pending.isEmpty() && !again(why)) {
        lost = new ArrayList<>(pending.values());
        lost.forEach(this::remove);
      }
    } finally {
      lock.unlock();
    }
    lost.forEach(save -> save.givenUp(connection.asSeenNow(why).error()));
    tellRoom();
  }

  /** Opens another call after a pause; false: that would be of no use. */
  private boolean again(Failure why) {
    attempts++;
    if (!why.repeatable() || attempts >= repeats.maxAttempts() || connection.closed()) {
      return false;
    }
    Duration pause = Backoff.delay(repeats, attempts, why);
    Logs.CLIENT.debug(
        "lost a stream of saves, {} unanswered, next attempt in {} ms: {}",
        pending.size(),
        pause.toMillis(),
        why.error().getMessage());
    pausing = true;
    Timer.Task unused = connection.timer().schedule(() -> reopen(why), pause);
    return true;
  }

  private void reopen(Failure why) {
    List<PendingSave> lost = List.of();
    lock.lock();
    try {
      pausing = false;
      if (connection.closed()) {
        lost = new ArrayList<>(pending.values());
        lost.forEach(this::remove);
      } else if (!pending.isEmpty()) {
        if (!why.sent()) {
          connection.reconnect();
        }
        open();
      }
    } finally {
      lock.unlock();
    }
    lost.forEach(save -> save.givenUp(connection.asSeenNow(why).error()));
    tellRoom();
  }

  public int size() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
  }

  /** Completes when a save of any size has room, or none will be taken any more. */
  public CompletableFuture<@Nullable Void> room() {
    lock.lock();
    try {
      if (closed || hasRoomForAny()) {
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

  private void tellRoom() {
    CompletableFuture<@Nullable Void> waiting = null;
    CompletableFuture<@Nullable Void> end = null;
    lock.lock();
    try {
      if (room != null && (closed || hasRoomForAny())) {
        waiting = room;
        room = null;
      }
      if (closed && pending.isEmpty()) {
        end = drained;
        SaveStreamCall last = call;
        if (last != null && !callEnds) {
          callEnds = true;
          last.halfClose();
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
    tellRoom();
    return end.copy();
  }

  /** Gives up what has no answer. */
  public void abort(AetherException why) {
    List<PendingSave> lost;
    lock.lock();
    try {
      lost = new ArrayList<>(pending.values());
      lost.forEach(this::remove);
      if (call != null) {
        call.giveUp();
      }
    } finally {
      lock.unlock();
    }
    lost.forEach(save -> save.givenUp(why));
    tellRoom();
  }
}
