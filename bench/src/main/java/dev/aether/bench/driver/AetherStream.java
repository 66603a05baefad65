package dev.aether.bench.driver;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * SaveEventsStream: one call for all commits, through the generated stub. What is in flight is
 * bounded by who calls, so the call's own flow control is left alone.
 */
public final class AetherStream implements Driver {
  private final ManagedChannel channel;
  private final AetherRequests requests;
  private final StreamObserver<SaveEventsRequest> call;

  /** By commit id. */
  private final Map<String, InFlight> inFlight = new ConcurrentHashMap<>();

  private record InFlight(int actor, CompletableFuture<Void> answer) {}

  /**
   * Begins the call.
   *
   * @param address HOST:PORT of the node
   * @param data of every event
   */
  public AetherStream(
      String address, String namespace, int actors, int eventsPerCommit, byte[] data) {
    channel = Channels.open(address);
    requests = new AetherRequests(channel, namespace, actors, eventsPerCommit, data);
    call = EventStoreGrpc.newStub(channel).saveEventsStream(new Answers());
  }

  @Override
  public String name() {
    return "aether stream";
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    SaveEventsRequest request = requests.next(actor);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    inFlight.put(request.getCommitId(), new InFlight(actor, answer));
    synchronized (call) {
      call.onNext(request);
    }
    return answer;
  }

  private final class Answers implements StreamObserver<SaveEventsStreamResponse> {
    @Override
    public void onNext(SaveEventsStreamResponse response) {
      InFlight save = inFlight.remove(response.getCommitId());
      if (save == null) {
        throw new IllegalStateException("an answer that nothing waits for: " + response);
      }
      if (response.hasSaved()) {
        requests.stored(save.actor(), response.getSaved().getLastVersion());
        save.answer().complete(null);
      } else {
        save.answer()
            .completeExceptionally(new IllegalStateException(response.getFailed().getMessage()));
      }
    }

    @Override
    public void onError(Throwable thrown) {
      inFlight.values().forEach(save -> save.answer().completeExceptionally(thrown));
    }

    @Override
    public void onCompleted() {
      onError(new IllegalStateException("the server ended the call"));
    }
  }

  @Override
  public long stored() {
    return requests.commitsStored();
  }

  @Override
  public void close() {
    Channels.close(channel);
  }
}
