package dev.aether.client.internal.saves;

import dev.aether.client.internal.calls.Connection;
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
import org.jspecify.annotations.Nullable;

/**
 * One SaveEventsStream call. Requests are sent by one thread at a time; what is answered, and that
 * the call ended, is told one after the other.
 */
public final class SaveStreamCall {

  /** Hears a call. */
  interface Receiver {
    /** A save was answered. */
    void onAnswer(SaveStreamCall from, SaveEventsStreamResponse answer);

    /**
     * The call ended.
     *
     * @param failure null: the server said that all is answered
     */
    void onEnd(SaveStreamCall ended, @Nullable Failure failure);
  }

  private final Connection connection;
  private final Connection.Link link;
  private final Receiver receiver;
  private final SentTracer marker = new SentTracer();
  private final ClientCall<SaveEventsRequest, SaveEventsStreamResponse> call;
  private volatile boolean tooLate;

  /** A call that is not started yet. */
  SaveStreamCall(Connection connection, Receiver receiver) {
    this.connection = connection;
    this.link = connection.link();
    this.receiver = receiver;
    this.call =
        link.channel()
            .newCall(
                EventStoreGrpc.getSaveEventsStreamMethod(),
                CallOptions.DEFAULT.withStreamTracerFactory(marker));
  }

  /** Answers are bounded by what was sent, so that all are asked for at once. */
  void start() {
    call.start(new Listener(), new Metadata());
    call.request(Integer.MAX_VALUE);
  }

  /** Sends a request, unless this was given up: its end will come then. */
  void send(SaveEventsRequest request) {
    if (!tooLate) {
      call.sendMessage(request);
    }
  }

  /** Whether what was sent may have left this process. */
  boolean mayHaveSent() {
    return marker.sent();
  }

  /** No more requests: the server ends the call when all are answered. */
  void halfClose() {
    if (!tooLate) {
      call.halfClose();
    }
  }

  /** Ends a call whose server does not answer. */
  void giveUp() {
    tooLate = true;
    call.cancel("the server answered nothing for too long", null);
  }

  /** New calls go to another node: this one's is stopping. */
  void leaveNode(Failure why) {
    connection.failed(link, why, marker.address());
  }

  /** Hears gRPC. */
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
      Status said =
          tooLate && status.getCode() == Status.Code.CANCELLED
              ? Status.DEADLINE_EXCEEDED.withDescription(status.getDescription())
              : status;
      Failure failure = ErrorMapper.failure(said, trailers, marker.sent());
      leaveNode(failure);
      receiver.onEnd(SaveStreamCall.this, failure);
    }
  }
}
