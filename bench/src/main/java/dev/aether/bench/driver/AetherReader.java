package dev.aether.bench.driver;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Reads actors that the drivers have written. Each call blocks for its response. */
public final class AetherReader implements AutoCloseable {
  private static final long ANSWER_WITHIN_SECONDS = 30;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ManagedChannel channel;
  private final String namespace;
  private final EventStoreGrpc.EventStoreBlockingStub store;

  /** Creates a reader, which does not connect yet; {@code address} is HOST:PORT of the node. */
  public AetherReader(String address, String namespace) {
    this.channel = Channels.open(address);
    this.namespace = namespace;
    this.store = EventStoreGrpc.newBlockingStub(channel);
  }

  /** Reads a whole actor and returns its number of events. */
  public int all(int actor) {
    return count(GetEventsRequest.newBuilder(), actor);
  }

  /** Reads from a version on. */
  public int from(int actor, long version, int max) {
    return count(GetEventsRequest.newBuilder().setFromVersion(version).setMaxCount(max), actor);
  }

  /** Reads the latest events, newest first. */
  public int backwards(int actor, int max) {
    return count(GetEventsRequest.newBuilder().setBackwards(true).setMaxCount(max), actor);
  }

  /** Repeats the read while the store is unavailable, as a client does. */
  private int count(GetEventsRequest.Builder request, int actor) {
    GetEventsRequest whole =
        request.setNamespace(namespace).setActorId(AetherRequests.actorId(actor)).build();
    long giveUpAt = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_WITHIN_SECONDS);
    while (true) {
      try {
        return count(whole);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || System.nanoTime() > giveUpAt) {
          throw e;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private int count(GetEventsRequest whole) {
    Iterator<GetEventsResponse> frames =
        store.withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS).getEvents(whole);
    int events = 0;
    while (frames.hasNext()) {
      events += frames.next().getEventsCount();
    }
    return events;
  }

  /** The actor's latest version. */
  public long latest(int actor) {
    return store
        .withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
        .getLatestVersion(
            GetLatestVersionRequest.newBuilder()
                .setNamespace(namespace)
                .setActorId(AetherRequests.actorId(actor))
                .build())
        .getVersion();
  }

  @Override
  public void close() {
    Channels.close(channel);
  }
}
