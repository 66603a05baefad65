package dev.aether.server.grpc;

import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Saved;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One SaveEventsStream call. Each request becomes a save of its own as soon as it is read; answers
 * go out as they come, but those of one actor in the order of its requests. The next request is
 * read while fewer than {@link #MAX_UNANSWERED} are unanswered or their answers not taken, and the
 * connection has room, which all its streams share: that is the flow control. The call's own thread
 * and the store's change what is counted under this object's lock, which nobody holds for long:
 * what goes out is put in order there, and is sent afterwards by whichever thread is at it.
 */
final class SaveStream implements StreamObserver<SaveEventsRequest>, AutoCloseable {
  /** Requests of one call that are read and whose answers the client has not taken. */
  static final int MAX_UNANSWERED = 1024;

  /** What these hold together; one more request may come over it. */
  private static final long MAX_UNANSWERED_BYTES = 16L * 1024 * 1024;

  /** A commit id that is longer is illegal, and so is its echo. */
  private static final int MAX_ECHO = 4 * Limits.COMMIT_ID_BYTES;

  private final Intake intake;
  private final ServerCallStreamObserver<SaveEventsStreamResponse> call;
  private final Consumer<SaveStream> onEnd;
  private final Connection connection = Outgoing.current().connection();

  /** One object, by which the waiting for room is known. */
  private final Runnable whenRoom = this::resume;

  /** Sends in the order in which it was told; never more than there were unanswered requests. */
  private final SynchronizationContext sending;

  /** Guarded by this, as all below: each actor's latest unanswered request. */
  private final Map<String, Request> latest = new HashMap<>();

  private final Set<String> commitIds = new HashSet<>();
  private int unanswered;
  private long bytes;

  /** Answers that were sent since the client had last taken all. */
  private int untaken;

  /** There was no room for the next request, which will be asked for when there is. */
  private boolean paused;

  /** No more requests come, or are taken; the call ends when all are answered. */
  private boolean draining;

  private @Nullable StoreException endsWith;
  private boolean ended;

  /**
   * @param onEnd is told when the call has ended, whoever ended it
   */
  SaveStream(
      Intake intake,
      ServerCallStreamObserver<SaveEventsStreamResponse> call,
      Consumer<SaveStream> onEnd) {
    this.intake = intake;
    this.call = call;
    this.onEnd = onEnd;
    sending = new SynchronizationContext((thread, thrown) -> fail(thrown));
    call.disableAutoRequest();
    call.setOnReadyHandler(this::resume);
    call.setOnCancelHandler(this::cancelled);
    call.request(1);
  }

  /** A request that is not answered yet. */
  private static final class Request {
    final String actor;
    final String commitId;
    final int bytes;

    /** No earlier request of this actor is unanswered. */
    boolean first;

    /** Its commit id was that of no other unanswered request. */
    boolean unique;

    @Nullable Request next;
    @Nullable SaveEventsStreamResponse outcome;

    Request(SaveEventsRequest request) {
      actor = Names.orDefault(request.getNamespace()) + ' ' + request.getActorId();
      commitId = request.getCommitId();
      bytes = request.getSerializedSize();
    }
  }

  @Override
  public void onNext(SaveEventsRequest message) {
    Request request = new Request(message);
    Admission admission = admit(request);
    if (admission == Admission.TOO_LATE) {
      return;
    }
    connection.beginStreamed();
    save(message, admission)
        .whenComplete((saved, thrown) -> answered(request, outcome(request, saved, thrown)));
    readOn();
  }

  private enum Admission {
    ADMITTED,
    /** A request with the same commit id is unanswered. */
    DOUBLE,
    /** The call has ended: the client knows that nobody will answer. */
    TOO_LATE
  }

  private synchronized Admission admit(Request request) {
    if (ended) {
      return Admission.TOO_LATE;
    }
    unanswered++;
    bytes += request.bytes;
    Request before = latest.put(request.actor, request);
    request.first = before == null;
    if (before != null) {
      before.next = request;
    }
    request.unique = commitIds.add(request.commitId);
    return request.unique ? Admission.ADMITTED : Admission.DOUBLE;
  }

  private CompletableFuture<Saved> save(SaveEventsRequest message, Admission admission) {
    try {
      if (message.getCommitId().isEmpty()) {
        SaveMapper.refuseWithoutCommitId(message);
      }
      if (admission == Admission.DOUBLE) {
        throw new StoreException.InvalidRequest(
            "commit_id", "is that of a request that is not answered yet");
      }
      return intake.save(message);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static SaveEventsStreamResponse outcome(
      Request request, @Nullable Saved saved, @Nullable Throwable thrown) {
    SaveEventsStreamResponse.Builder outcome = SaveEventsStreamResponse.newBuilder();
    if (request.commitId.length() <= MAX_ECHO) {
      outcome.setCommitId(request.commitId);
    }
    if (saved != null) {
      outcome.setSaved(SaveMapper.toResponse(saved));
    } else if (thrown != null) {
      outcome.setFailed(StatusMapper.toProto(thrown));
    }
    return outcome.build();
  }

  /** Sends an answer and those of the same actor that waited for it, or keeps it until its turn. */
  private void answered(Request request, SaveEventsStreamResponse outcome) {
    connection.endStreamed();
    synchronized (this) {
      request.outcome = outcome;
      Request head = request;
      while (head != null && head.first && head.outcome != null) {
        settle(head, head.outcome);
        head = head.next;
        if (head != null) {
          head.first = true;
        }
      }
      endIfAnswered();
    }
    sending.drain();
    resume();
  }

  private void settle(Request request, SaveEventsStreamResponse outcome) {
    unanswered--;
    bytes -= request.bytes;
    if (request.unique) {
      commitIds.remove(request.commitId);
    }
    latest.remove(request.actor, request);
    if (!ended) {
      sending.executeLater(() -> send(outcome));
    }
  }

  private void send(SaveEventsStreamResponse outcome) {
    call.onNext(outcome);
    synchronized (this) {
      untaken++;
    }
  }

  /** Asks for the request after one that was read, now or when there is room. */
  private void readOn() {
    synchronized (this) {
      paused = true;
    }
    resume();
  }

  /** Asks for the next request if one was held back and there is room now. */
  private void resume() {
    if (mayAsk()) {
      call.request(1);
    }
  }

  private synchronized boolean mayAsk() {
    if (!paused || ended || draining) {
      return false;
    }
    paused = isFull() || !hasConnectionRoom();
    return !paused;
  }

  /** Guarded by this. Answers that are not taken fill it as requests do that are not answered. */
  private boolean isFull() {
    if (call.isReady()) {
      untaken = 0;
    }
    return unanswered + untaken >= MAX_UNANSWERED
        || bytes >= MAX_UNANSWERED_BYTES
        || (unanswered + untaken > 0 && !connection.outgoing().isRoomy());
  }

  /** Guarded by this. Where there is none, the stream goes on when a save of others has ended. */
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

  /** Guarded by this. What ends the call goes out after the answers. */
  private void endIfAnswered() {
    if (!draining || unanswered > 0 || ended) {
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

  /** Takes no more requests, and ends the call with SHUTTING_DOWN when all are answered. */
  @Override
  public void close() {
    drain(new StoreException.ShuttingDown());
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
      end();
    }
  }

  /** An answer could not be sent, which would be a fault of our own. */
  private void fail(Throwable thrown) {
    cancelled();
    call.onError(StatusMapper.toStatus(thrown));
  }
}
