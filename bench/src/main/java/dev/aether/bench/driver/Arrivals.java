package dev.aether.bench.driver;

import com.google.protobuf.Empty;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A live subscription that reports when the commit of an actor arrives. */
public final class Arrivals implements AutoCloseable {
  private final ManagedChannel channel;
  private final CompletableFuture<Void> started = new CompletableFuture<>();

  /** By actor id. */
  /** The answer to the last save of each actor. */
  private final Map<Integer, CompletableFuture<?>> answers = new ConcurrentHashMap<>();

  private final Map<String, CompletableFuture<Void>> awaited = new ConcurrentHashMap<>();

  /** Subscribes; {@code address} is HOST:PORT of the node. */
  public Arrivals(String address, String namespace) {
    channel = Channels.open(address);
    EventBusGrpc.newStub(channel)
        .subscribe(
            SubscribeRequest.newBuilder()
                .setNamespacePattern(namespace)
                .setLive(Empty.getDefaultInstance())
                .build(),
            new Frames());
  }

  /** Completes when the subscription sees everything that is stored from then on. */
  public CompletableFuture<Void> started() {
    return started;
  }

  /**
   * Appends a commit.
   *
   * @param actor an actor of the driver, none of whose commits is awaited
   * @return completes when the commit arrives, or fails if it is not stored
   */
  public CompletableFuture<Void> append(Driver driver, int actor) {
    // A commit may arrive before its save is answered, and the driver learns the version from the
    // answer.
    CompletableFuture<?> before = answers.get(actor);
    return before == null
        ? begin(driver, actor)
        : before.thenCompose(answered -> begin(driver, actor));
  }

  private CompletableFuture<Void> begin(Driver driver, int actor) {
    CompletableFuture<Void> arrival = new CompletableFuture<>();
    awaited.put(AetherRequests.actorId(actor), arrival);
    CompletableFuture<?> answer = driver.append(actor);
    answers.put(actor, answer);
    var unused =
        answer.whenComplete(
            (stored, thrown) -> {
              if (thrown != null) {
                arrival.completeExceptionally(thrown);
              }
            });
    return arrival;
  }

  @Override
  public void close() {
    Channels.close(channel);
  }

  private final class Frames implements StreamObserver<SubscribeResponse> {
    @Override
    public void onNext(SubscribeResponse frame) {
      if (frame.hasStarted()) {
        started.complete(null);
      }
      for (CommitAt commit : frame.getEvents().getCommitsList()) {
        CompletableFuture<Void> arrival = awaited.remove(commit.getCommit().getActorId());
        if (arrival == null) {
          onError(new IllegalStateException("unexpected: " + commit.getCommit().getActorId()));
        } else {
          arrival.complete(null);
        }
      }
    }

    @Override
    public void onError(Throwable thrown) {
      started.completeExceptionally(thrown);
      awaited.values().forEach(arrival -> arrival.completeExceptionally(thrown));
    }

    @Override
    public void onCompleted() {
      onError(new IllegalStateException("the server ended the subscription"));
    }
  }
}
