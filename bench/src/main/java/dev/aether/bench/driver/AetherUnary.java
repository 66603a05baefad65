package dev.aether.bench.driver;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** SaveEvents with the generated stub: one call per commit. */
public final class AetherUnary implements Driver {
  private static final long DEADLINE_SECONDS = 15;

  private final ManagedChannel channel;
  private final EventStoreGrpc.EventStoreStub stub;
  private final AetherRequests requests;

  /**
   * Creates a driver, which does not connect yet.
   *
   * @param address HOST:PORT of the node
   * @param data the data of every event
   */
  public AetherUnary(
      String address, String namespace, int actors, int eventsPerCommit, byte[] data) {
    channel = Channels.open(address);
    stub = EventStoreGrpc.newStub(channel);
    requests = new AetherRequests(channel, namespace, actors, eventsPerCommit, data);
  }

  @Override
  public String name() {
    return "aether unary";
  }

  @Override
  public boolean isAether() {
    return true;
  }

  @Override
  public int eventsPerCommit() {
    return requests.eventsPerCommit();
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    SaveEventsRequest request = requests.next(actor);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .saveEvents(
            request,
            new StreamObserver<>() {
              @Override
              public void onNext(SaveEventsResponse response) {
                requests.stored(actor, response.getLastVersion());
              }

              @Override
              public void onError(Throwable thrown) {
                answer.completeExceptionally(thrown);
              }

              @Override
              public void onCompleted() {
                answer.complete(null);
              }
            });
    return answer;
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
