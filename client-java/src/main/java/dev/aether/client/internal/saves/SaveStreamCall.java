package dev.aether.client.internal.saves;

import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Durations;
import dev.aether.client.internal.calls.ErrorMapper;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.SentTracer;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One SaveEventsStream call. Its methods are called under the lock of {@link SaveQueue}; answers
 * and the end of the call are reported one after the other.
 */
final class SaveStreamCall {

  /** Receives the answers of a call. */
  interface Receiver {
    /** Called when the server has answered a save. */
    void onAnswer(SaveStreamCall from, SaveEventsStreamResponse answer);

    /**
     * Called when the call has ended.
     *
     * @param failure null if the server answered everything
     */
    void onEnd(SaveStreamCall ended, @Nullable Failure failure);
  }

  private final Connection connection;
  private final Connection.Link link;
  private final Receiver receiver;
  private final SentTracer tracer = new SentTracer();
  private final ClientCall<SaveEventsRequest, SaveEventsStreamResponse> call;

  /** Saves that were given up and whose answers are still to come. */
  private final Map<String, PendingSave.Place> abandoned = new HashMap<>();

  /**
   * Actors whose later saves the server refuses on this call. There are few, since the server ends
   * the call soon after the first.
   */
  private final Set<PendingSave.Actor> broken = new HashSet<>();

  private long answeredNanos = System.nanoTime();
  private boolean hasAnswered;

  /** No more requests are sent on this call. */
  private boolean ending;

  private volatile boolean givenUp;

  /** Creates a call that is not started yet. */
  SaveStreamCall(Connection connection, Receiver receiver) {
    this.connection = connection;
    this.link = connection.link();
    this.receiver = receiver;
    this.call =
        link.channel()
            .newCall(
                EventStoreGrpc.getSaveEventsStreamMethod(),
                CallOptions.DEFAULT.withStreamTracerFactory(tracer));
  }

  /** Starts the call. There are no more answers than requests, so all are requested at once. */
  void start() {
    call.start(new Listener(), new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  /** Sends a request, unless the call was given up. */
  void send(SaveEventsRequest request) {
    if (!givenUp) {
      call.sendMessage(request);
    }
  }

  /** Whether requests may have left this process. */
  boolean mayHaveSent() {
    return tracer.sent();
  }

  /** Whether no more requests are sent on this call. */
  boolean isEnding() {
    return ending;
  }

  /** Whether the client has since changed to another node, which new calls use. */
  boolean hasLeftNode() {
    return connection.link() != link;
  }

  /** Sends no more requests; the server ends the call when all are answered. */
  void finish() {
    if (!ending) {
      ending = true;
      if (!givenUp) {
        call.halfClose();
      }
    }
  }

  /** Sends no more requests because the node is stopping; new calls go to another node. */
  void finishOnStoppingNode(Failure why) {
    if (!ending) {
      leaveNode(why);
      finish();
    }
  }

  /** Cancels a call whose server does not answer. */
  void giveUp() {
    givenUp = true;
    call.cancel("the server answered nothing for too long", null);
  }

  /** New calls go to another node, if the failure is this one's fault. */
  void leaveNode(Failure why) {
    connection.failed(link, why, tracer.address());
  }

  /** Expects an answer that nobody waits for any more. */
  void abandon(PendingSave save) {
    abandoned.put(save.commitId(), save.place());
  }

  boolean isAbandoned(String commitId) {
    return abandoned.containsKey(commitId);
  }

  /** Returns the answered save's place if it had been abandoned. */
  PendingSave.@Nullable Place forgetAbandoned(String commitId) {
    return abandoned.remove(commitId);
  }

  int abandonedCount() {
    return abandoned.size();
  }

  /** Records that the server refuses later saves of the actor on this call. */
  void breakOrder(PendingSave.Actor actor) {
    broken.add(actor);
  }

  boolean isOrderBroken(PendingSave.Actor actor) {
    return broken.contains(actor);
  }

  /** Records that an answer came. */
  void answered() {
    hasAnswered = true;
    restartClock();
  }

  boolean hasAnswered() {
    return hasAnswered;
  }

  /** Starts measuring the server's silence from now. */
  void restartClock() {
    answeredNanos = System.nanoTime();
  }

  boolean isSilentFor(Duration time) {
    return System.nanoTime() - answeredNanos > Durations.nanos(time);
  }

  /** Receives gRPC's callbacks. */
  private final class Listener extends ClientCall.Listener<SaveEventsStreamResponse> {
    @Override
    public void onMessage(SaveEventsStreamResponse answer) {
      receiver.onAnswer(SaveStreamCall.this, answer);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        receiver.onEnd(SaveStreamCall.this, null);
        return;
      }
      Status cause =
          givenUp && status.getCode() == Status.Code.CANCELLED
              ? Status.DEADLINE_EXCEEDED.withDescription(status.getDescription())
              : status;
      Failure failure = ErrorMapper.failure(cause, trailers, tracer.sent());
      // A node also ends a stream with STORE_UNAVAILABLE after one save failed, for example in a
      // full namespace.
      if (!failure.isStoreUnavailable()) {
        leaveNode(failure);
      }
      receiver.onEnd(SaveStreamCall.this, failure);
    }
  }
}
