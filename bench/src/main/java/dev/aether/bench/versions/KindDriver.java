package dev.aether.bench.versions;

import com.google.protobuf.ByteString;
import dev.aether.bench.driver.Driver;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/** Saves of one kind to one node, with one SaveEvents call per commit. */
final class KindDriver implements Driver {
  private static final long DEADLINE_SECONDS = 15;

  private final String name;
  private final SaveKind kind;
  private final ManagedChannel channel;
  private final EventStoreGrpc.EventStoreStub stub;
  private final AtomicLongArray saved;
  private final NewEvent event;

  KindDriver(String name, String address, SaveKind kind, int actors, int bytes) {
    this.name = name;
    this.kind = kind;
    channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    stub = EventStoreGrpc.newStub(channel);
    saved = new AtomicLongArray(actors);
    event =
        NewEvent.newBuilder()
            .setEventType("Measured")
            .setData(ByteString.copyFrom(new byte[bytes]))
            .setContentType("application/octet-stream")
            .build();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isAether() {
    return true;
  }

  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    long before = saved.get(actor);
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace(kind.name())
            .setCommitId(actor + "-" + before)
            .addEvents(event);
    kind.fill(request, actor, before);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .saveEvents(
            request.build(),
            new StreamObserver<>() {
              @Override
              public void onNext(SaveEventsResponse response) {
                saved.set(actor, before + 1);
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
    long all = 0;
    for (int actor = 0; actor < saved.length(); actor++) {
      all += saved.get(actor);
    }
    return all;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
