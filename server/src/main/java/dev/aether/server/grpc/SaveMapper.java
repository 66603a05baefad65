package dev.aether.server.grpc;

import dev.aether.server.codec.RequestDigest;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Limits;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.v1.Durability;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.Sync;
import java.util.Optional;

/** A save as it comes in becomes a command here, checked once. */
public final class SaveMapper {
  private SaveMapper() {}

  /**
   * The command of a request.
   *
   * @param completion fills in what the request left out
   * @param resent whether gRPC itself says that it sent the request before
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request breaks the
   *     contract
   */
  public static Save toSave(
      SaveEventsRequest request, Completion completion, boolean resent, long deadline) {
    check(
        request,
        request.hasExpectedVersion()
            ? Optional.empty()
            : Optional.of("is empty, which is only allowed with expected_version"));
    // Before the events are completed: it leaves their texts as the bytes that are stored.
    String digest = RequestDigest.of(request.getEventsList());
    return new Save(
        Names.namespace(request.getNamespace()),
        new ActorId(request.getActorId()),
        commitId(request),
        expected(request),
        completion.of(request.getEventsList()),
        digest,
        request.getRetry() || resent,
        deadline);
  }

  /**
   * Refuses a request of a stream without a commit id, and says what else is wrong with it.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest always
   */
  static void refuseWithoutCommitId(SaveEventsRequest request) {
    check(request, Optional.of("is empty, which a stream can't have"));
  }

  /** Also says what is wrong with an empty commit id, if it is. */
  private static void check(SaveEventsRequest request, Optional<String> emptyCommitId) {
    Faults faults = new Faults();
    Names.checkNamespace(request.getNamespace(), faults);
    Names.checkActor(request.getActorId(), faults);
    faults.add(
        "commit_id",
        request.getCommitId().isEmpty() ? emptyCommitId : CommitId.fault(request.getCommitId()));
    checkExpected(request, faults);
    int count = request.getEventsCount();
    if (count == 0) {
      faults.add("events", "is empty");
    } else if (count > Limits.EVENTS_PER_COMMIT) {
      faults.add("events", "has " + count + " events, more than " + Limits.EVENTS_PER_COMMIT);
    } else {
      for (int i = 0; i < count; i++) {
        faults.within("events", i);
        EventRules.check(request.getEvents(i), faults);
      }
    }
    faults.check();
  }

  private static void checkExpected(SaveEventsRequest request, Faults faults) {
    switch (request.getExpectedCase()) {
      case EXPECTED_NOT_SET ->
          faults.add(
              "expected", "is not set: one of expected_version, any_version, existing_actor");
      case EXPECTED_VERSION -> {
        if (request.getExpectedVersion() == -1) {
          faults.add("expected_version", "leaves no version to save");
        }
      }
      case ANY_VERSION, EXISTING_ACTOR -> {}
    }
  }

  /** An empty id is filled in, so that the server can recognise its own publishes. */
  private static CommitId commitId(SaveEventsRequest request) {
    return new CommitId(
        request.getCommitId().isEmpty() ? UuidV7.next().toString() : request.getCommitId());
  }

  private static ExpectedVersion expected(SaveEventsRequest request) {
    if (request.hasExpectedVersion()) {
      return new ExpectedVersion.Exactly(request.getExpectedVersion());
    }
    return request.hasAnyVersion() ? new ExpectedVersion.Any() : new ExpectedVersion.Existing();
  }

  /** The answer to a save that is stored. */
  static SaveEventsResponse toResponse(Saved saved) {
    return SaveEventsResponse.newBuilder()
        .setFirstVersion(saved.firstVersion())
        .setLastVersion(saved.lastVersion())
        .setPartition(saved.partition())
        .setPosition(saved.position())
        .setReplayed(saved.replayed())
        .setDurability(
            Durability.newBuilder()
                .setReplicas(saved.durability().replicas())
                .setSync(sync(saved.durability().sync())))
        .build();
  }

  private static Sync sync(dev.aether.server.event.Durability.Sync sync) {
    return switch (sync) {
      case UNKNOWN -> Sync.SYNC_UNSPECIFIED;
      case ALWAYS -> Sync.SYNC_ALWAYS;
      case INTERVAL -> Sync.SYNC_INTERVAL;
      case MEMORY -> Sync.SYNC_MEMORY;
    };
  }
}
