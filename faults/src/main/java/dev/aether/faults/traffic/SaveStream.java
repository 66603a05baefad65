package dev.aether.faults.traffic;

import dev.aether.faults.history.Answer;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A call of SaveEventsStream for some saves of different actors. Used by one thread. */
final class SaveStream implements StreamObserver<SaveEventsStreamResponse> {
  private static final long DEADLINE_SECONDS = 15;

  /** By commit id. */
  private final Map<String, CompletableFuture<Answer>> unanswered = new ConcurrentHashMap<>();

  /** The answer to what is unanswered, once the call has ended. */
  private volatile @Nullable Answer end;

  private final StreamObserver<SaveEventsRequest> requests;

  SaveStream(Channel channel) {
    requests =
        EventStoreGrpc.newStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .saveEventsStream(this);
  }

  CompletableFuture<Answer> send(SaveEventsRequest request) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    unanswered.put(request.getCommitId(), answer);
    Answer ended = end;
    if (ended == null) {
      requests.onNext(request);
    } else {
      answer.complete(ended);
    }
    return answer;
  }

  /** Called after all were sent. */
  void end() {
    requests.onCompleted();
  }

  @Override
  public void onNext(SaveEventsStreamResponse response) {
    CompletableFuture<Answer> answer = unanswered.remove(response.getCommitId());
    if (answer == null) {
      throw new IllegalStateException("an answer to nothing: " + response);
    }
    answer.complete(
        response.hasSaved()
            ? Answers.saved(response.getSaved())
            : Answers.failed(response.getFailed()));
  }

  @Override
  public void onError(Throwable thrown) {
    end(new Answer.Unknown(Answers.reason(thrown)));
  }

  @Override
  public void onCompleted() {
    end(new Answer.Unknown("the call ended without an answer"));
  }

  private void end(Answer unknown) {
    end = unknown; // Before the rest, so that send does not miss it.
    unanswered.values().forEach(answer -> answer.complete(unknown));
  }
}
