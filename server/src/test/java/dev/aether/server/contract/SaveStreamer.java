package dev.aether.server.contract;

import dev.aether.server.testing.Await;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A SaveEventsStream call that sends requests as fast as flow control allows. For any number of
 * threads.
 */
final class SaveStreamer implements AutoCloseable {
  private static final Duration BOUND = Duration.ofMinutes(10);

  private final Iterator<SaveEventsRequest> requests;
  private final boolean halfCloses;
  private final Consumer<SaveEventsStreamResponse> answers;
  private @Nullable ClientCallStreamObserver<SaveEventsRequest> call;
  private volatile int sent;
  private boolean halfClosed;
  private boolean completed;
  private Optional<Throwable> failure = Optional.empty();

  private SaveStreamer(
      Iterator<SaveEventsRequest> requests,
      boolean halfCloses,
      Consumer<SaveEventsStreamResponse> answers) {
    this.requests = requests;
    this.halfCloses = halfCloses;
    this.answers = answers;
  }

  /** All answers to some requests, once the server has completed the call. */
  static List<SaveEventsStreamResponse> answers(Node node, List<SaveEventsRequest> requests) {
    List<SaveEventsStreamResponse> answers = new ArrayList<>();
    try (SaveStreamer streamer = open(node, requests.iterator(), true, answers::add)) {
      streamer.awaitCompleted();
    }
    return answers;
  }

  /**
   * Begins to send.
   *
   * @param halfCloses whether the client ends its side after the last request
   * @param answers is called by one thread at a time
   */
  static SaveStreamer open(
      Node node,
      Iterator<SaveEventsRequest> requests,
      boolean halfCloses,
      Consumer<SaveEventsStreamResponse> answers) {
    SaveStreamer streamer = new SaveStreamer(requests, halfCloses, answers);
    var unused = EventStoreGrpc.newStub(node.channel()).saveEventsStream(streamer.new Answers());
    return streamer;
  }

  private final class Answers
      implements ClientResponseObserver<SaveEventsRequest, SaveEventsStreamResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<SaveEventsRequest> begun) {
      call = begun;
      begun.setOnReadyHandler(() -> send(begun));
    }

    @Override
    public void onNext(SaveEventsStreamResponse answer) {
      answers.accept(answer);
    }

    @Override
    public void onError(Throwable thrown) {
      synchronized (SaveStreamer.this) {
        failure = Optional.of(thrown);
      }
    }

    @Override
    public void onCompleted() {
      synchronized (SaveStreamer.this) {
        completed = true;
      }
    }
  }

  private void send(ClientCallStreamObserver<SaveEventsRequest> to) {
    while (to.isReady() && requests.hasNext()) {
      to.onNext(requests.next());
      sent = sent + 1;
    }
    if (halfCloses && !requests.hasNext() && !halfClosed) {
      halfClosed = true;
      to.onCompleted();
    }
  }

  /** How many requests were handed to the connection. */
  int sent() {
    return sent;
  }

  void awaitCompleted() {
    Await.until(
        "the end of a stream of saves",
        BOUND,
        () -> {
          synchronized (this) {
            failure.ifPresent(
                thrown -> {
                  throw new AssertionError("the stream broke", thrown);
                });
            return completed;
          }
        });
  }

  /** Waits until the server has ended it. */
  Refusal awaitEnd() {
    return Refusal.of(
        Await.value(
            "the end of a stream of saves",
            BOUND,
            () -> {
              synchronized (this) {
                return failure;
              }
            }));
  }

  @Override
  public void close() {
    ClientCallStreamObserver<SaveEventsRequest> running = call;
    if (running != null) {
      running.cancel("closed", null);
    }
  }
}
