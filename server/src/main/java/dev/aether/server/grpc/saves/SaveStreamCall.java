package dev.aether.server.grpc.saves;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.Caller;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.limits.ConnectionUsage;
import dev.aether.server.grpc.limits.IdentityUsage;
import dev.aether.server.grpc.limits.UnreadResponses;
import dev.aether.server.grpc.saves.UnansweredSaves.Request;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One SaveEventsStream call. Each request starts a save of its own as soon as it is read. Answers
 * are sent as they arrive, but answers for one actor in the order of its requests. Flow control:
 * the next request is read only while fewer than {@link #MAX_UNANSWERED} requests are unanswered or
 * have answers that the client has not read, while the connection, whose limits all its streams
 * share, has capacity, and while the caller has not saved as much as it may in this second. The
 * threads of the call and of the store change this object's state under its lock, which is never
 * held for long: answers are put in order under the lock and sent after it is released, by
 * whichever thread is sending at the time.
 */
public final class SaveStreamCall implements StreamObserver<SaveEventsRequest>, AutoCloseable {
  /** The most requests of one call that were read and whose answers the client has not read. */
  public static final int MAX_UNANSWERED = 1024;

  /** The most bytes that these hold together; one more request may exceed it. */
  private static final long MAX_UNANSWERED_BYTES = 16L * 1024 * 1024;

  private static final String METHOD =
      EventStoreGrpc.getSaveEventsStreamMethod().getFullMethodName();

  private static final StoreException ORDER_BROKEN =
      StoreException.storeUnavailable(
          "a save on this stream failed; send what is unanswered on a new stream");

  /** Longer commit ids, which are invalid, are not echoed. */
  private static final int MAX_ECHO = 4 * Limits.COMMIT_ID_BYTES;

  /**
   * How long a call continues after the order of an actor was broken. In this time it answers what
   * the client has already sent, which would otherwise be sent again on the next call.
   */
  private static final Duration ENDS_AFTER = Duration.ofMillis(100);

  private final SaveHandler saves;
  private final ServerCallStreamObserver<SaveEventsStreamResponse> call;
  private final Consumer<SaveStreamCall> onEnd;
  private final ConnectionUsage connection = UnreadResponses.current().connection();
  private final IdentityUsage caller = IdentityUsage.current();

  /** One object, since it identifies the waiting stream. */
  private final Runnable whenRoom = this::resume;

  /**
   * Sends answers in the order in which they were added; never holds more than there are unanswered
   * requests.
   */
  private final SynchronizationContext sending;

  /** Guarded by this, like the fields below. */
  private final UnansweredSaves unanswered = new UnansweredSaves();

  /** The number of answers that were sent since the client last had read all of them. */
  private int unread;

  /** The next request was not requested for lack of capacity; it will be when there is some. */
  private boolean paused;

  /** It will be resumed when the caller may save again. */
  private boolean timed;

  /** No more requests are accepted; the call ends when all are answered. */
  private boolean draining;

  private @Nullable StoreException endsWith;

  /** The order of an actor is broken, so the call will end soon. */
  private boolean endsSoon;

  private boolean ended;

  /**
   * @param onEnd is called when the call has ended for any reason
   */
  SaveStreamCall(
      SaveHandler saves,
      ServerCallStreamObserver<SaveEventsStreamResponse> call,
      Consumer<SaveStreamCall> onEnd) {
    this.saves = saves;
    this.call = call;
    this.onEnd = onEnd;
    sending = new SynchronizationContext((thread, thrown) -> fail(thrown));
    call.disableAutoRequest();
    call.setOnReadyHandler(this::resume);
    call.setOnCancelHandler(this::cancelled);
    // So that the client knows that what is unanswered at the end was not stored.
    Caller.current().onWithdrawn(this::drain);
    readOn();
  }

  @Override
  public void onNext(SaveEventsRequest message) {
    Request request = new Request(message);
    boolean isRepeated;
    synchronized (this) {
      if (ended || draining) {
        return; // The end of the call tells the client that it gets no answer.
      }
      isRepeated = !unanswered.add(request);
    }
    connection.beginStreamed();
    caller.countSave(message.getSerializedSize());
    save(message, request.order(), isRepeated)
        .whenComplete((saved, thrown) -> answered(request, answer(request, saved, thrown)));
    readOn();
  }

  private CompletableFuture<Saved> save(
      SaveEventsRequest message, SaveOrder order, boolean isRepeated) {
    try {
      check(message, order, isRepeated);
    } catch (RuntimeException e) {
      return saves.refused(e);
    }
    return CatchAll.begin(() -> saves.save(message, order));
  }

  private static void check(SaveEventsRequest message, SaveOrder order, boolean isRepeated) {
    Caller.current().check(METHOD, message);
    if (message.getCommitId().isEmpty()) {
      SaveMapper.refuseWithoutCommitId(message);
    }
    if (isRepeated) {
      throw new StoreException.InvalidRequest(
          "commit_id", "is the same as that of an unanswered request on this stream");
    }
    if (order.isBroken()) {
      throw SaveOrder.refusal();
    }
  }

  private static SaveEventsStreamResponse answer(
      Request request, @Nullable Saved saved, @Nullable Throwable thrown) {
    SaveEventsStreamResponse.Builder answer = SaveEventsStreamResponse.newBuilder();
    if (request.commitId.length() <= MAX_ECHO) {
      answer.setCommitId(request.commitId);
    }
    if (saved != null) {
      answer.setSaved(SaveMapper.toResponse(saved));
    } else if (thrown != null) {
      answer.setFailed(StatusMapper.toProto(thrown));
    }
    return answer.build();
  }

  /** Sends an answer when its turn has come, and those that waited for it. */
  private void answered(Request request, SaveEventsStreamResponse answer) {
    connection.endStreamed();
    synchronized (this) {
      if (request.order().isBroken() && !endsSoon && !ended) {
        endsSoon = true;
        CompletableFuture.delayedExecutor(ENDS_AFTER.toMillis(), TimeUnit.MILLISECONDS)
            .execute(() -> drain(ORDER_BROKEN));
      }
      for (SaveEventsStreamResponse next : unanswered.answer(request, answer)) {
        if (!ended) {
          sending.executeLater(() -> send(next));
        }
      }
      endIfAnswered();
    }
    sending.drain();
    resume();
  }

  private void send(SaveEventsStreamResponse answer) {
    call.onNext(answer);
    synchronized (this) {
      unread++;
    }
  }

  /** After a request was read: asks for the next one, now or when there is capacity. */
  private void readOn() {
    synchronized (this) {
      paused = true;
    }
    resume();
  }

  /** Asks for the next request if that was postponed and there is capacity now. */
  private void resume() {
    if (mayAsk()) {
      call.request(1);
    }
  }

  private synchronized boolean mayAsk() {
    if (!paused || ended || draining) {
      return false;
    }
    paused = isFull() || !mayCallerSave() || !hasConnectionRoom();
    return !paused;
  }

  /** If the caller may not save now, the stream continues when it may. Guarded by this. */
  private boolean mayCallerSave() {
    Duration wait = caller.untilNextSave();
    if (!wait.isZero() && !timed) {
      timed = true;
      CompletableFuture.delayedExecutor(wait.toNanos(), TimeUnit.NANOSECONDS)
          .execute(this::resumeInTime);
    }
    return wait.isZero();
  }

  private void resumeInTime() {
    synchronized (this) {
      timed = false;
    }
    resume();
  }

  /** Unread answers count like unanswered requests. Guarded by this. */
  private boolean isFull() {
    if (call.isReady()) {
      unread = 0;
    }
    int open = unanswered.count() + unread;
    return open + unanswered.brokenCount() >= MAX_UNANSWERED
        || unanswered.bytes() >= MAX_UNANSWERED_BYTES
        || (open > 0 && !connection.unreadBytes().isRoomy());
  }

  /**
   * If there is no capacity, the stream continues when another stream's save has ended. Guarded by
   * this.
   */
  private boolean hasConnectionRoom() {
    if (connection.hasRoomForSaves()) {
      return true;
    }
    connection.whenSaveEnds(whenRoom);
    boolean meanwhile = connection.hasRoomForSaves();
    if (meanwhile) {
      connection.forget(whenRoom);
    }
    return meanwhile;
  }

  /** Closes the call after all answers. Guarded by this. */
  private void endIfAnswered() {
    if (!draining || unanswered.count() > 0 || ended) {
      return;
    }
    end();
    StoreException why = endsWith;
    sending.executeLater(
        why == null ? call::onCompleted : () -> call.onError(StatusMapper.toStatus(why)));
  }

  /** Guarded by this. */
  private void end() {
    ended = true;
    connection.forget(whenRoom);
    onEnd.accept(this);
  }

  @Override
  public void onCompleted() {
    drain(null);
  }

  /** Accepts no more requests, and closes the call with SHUTTING_DOWN when all are answered. */
  @Override
  public void close() {
    drain(StoreException.shuttingDown());
  }

  private void drain(@Nullable StoreException endWith) {
    synchronized (this) {
      if (draining) {
        return;
      }
      draining = true;
      endsWith = endWith;
      endIfAnswered();
    }
    sending.drain();
  }

  @Override
  public void onError(Throwable broken) {
    cancelled();
  }

  private synchronized void cancelled() {
    if (!ended) {
      // The client may send them again to another node, and must not find later ones stored.
      unanswered.breakOff();
      end();
    }
  }

  /** An answer could not be sent, which can only be a fault of the server. */
  private void fail(Throwable thrown) {
    cancelled();
    call.onError(StatusMapper.toStatus(thrown));
  }
}
