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

/**
 * Creates the saves of one driver. Each expects the version of its actor after the last stored
 * save.
 */
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

  /** The next save after the last one that is known to be stored. */
  SaveEventsRequest next(int actor) {
    return expecting(actor, versions.get(actor));
  }

  /** A save that expects the version before the last one that is known to be stored. */
  SaveEventsRequest stale(int actor) {
    return expecting(actor, versions.get(actor) - eventsPerCommit);
  }

  /** The next save after this many saves of the actor. */
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

  /** The commits of the actor that are known to be stored. */
  long version(int actor) {
    return versions.get(actor);
  }

  void stored(int actor, long lastVersion) {
    versions.set(actor, lastVersion);
  }

  /**
   * The number of commits of this driver on the node, according to the latest versions of its
   * actors.
   */
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
