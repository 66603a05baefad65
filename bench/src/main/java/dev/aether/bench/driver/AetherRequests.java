package dev.aether.bench.driver;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/** The saves of one driver, each expecting its actor where the last one left it. */
final class AetherRequests {
  private static final long ANSWER_WITHIN_SECONDS = 10;

  private final ManagedChannel channel;
  private final String namespace;
  private final int eventsPerCommit;
  private final ByteString data;
  private final AtomicLongArray versions;
  private final AtomicLong next = new AtomicLong();
  private final String run = Long.toHexString(System.nanoTime());

  AetherRequests(
      ManagedChannel channel, String namespace, int actors, int eventsPerCommit, byte[] data) {
    this.channel = channel;
    this.namespace = namespace;
    this.eventsPerCommit = eventsPerCommit;
    this.data = UnsafeByteOperations.unsafeWrap(data);
    this.versions = new AtomicLongArray(actors);
  }

  int eventsPerCommit() {
    return eventsPerCommit;
  }

  static String actorId(int actor) {
    return "actor-" + actor;
  }

  /** The save that follows what is known to be stored. */
  SaveEventsRequest next(int actor) {
    return expecting(actor, versions.get(actor));
  }

  /** The save that follows so many others of this actor. */
  SaveEventsRequest numbered(int actor, int commits) {
    return expecting(actor, (long) commits * eventsPerCommit);
  }

  private SaveEventsRequest expecting(int actor, long version) {
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace(namespace)
            .setActorId(actorId(actor))
            .setCommitId(run + "-" + next.getAndIncrement())
            .setExpectedVersion(version);
    for (int i = 0; i < eventsPerCommit; i++) {
      request.addEvents(NewEvent.newBuilder().setEventType("Measured").setData(data));
    }
    return request.build();
  }

  /** What is known to be stored of the actor. */
  long version(int actor) {
    return versions.get(actor);
  }

  void stored(int actor, long lastVersion) {
    versions.set(actor, lastVersion);
  }

  /** Commits of this driver that the node says it holds, by its actors' latest versions. */
  long commitsStored() {
    EventStoreGrpc.EventStoreBlockingStub store = EventStoreGrpc.newBlockingStub(channel);
    long events = 0;
    for (int actor = 0; actor < versions.length(); actor++) {
      GetLatestVersionRequest latest =
          GetLatestVersionRequest.newBuilder()
              .setNamespace(namespace)
              .setActorId(actorId(actor))
              .build();
      events +=
          store
              .withDeadlineAfter(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)
              .getLatestVersion(latest)
              .getVersion();
    }
    return events / eventsPerCommit;
  }
}
