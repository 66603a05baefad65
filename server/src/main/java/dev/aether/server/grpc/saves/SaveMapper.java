package dev.aether.server.grpc.saves;

import dev.aether.server.codec.RequestDigest;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Limits;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.requests.EventValidator;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.v1.Durability;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.Sync;
import java.util.Optional;

/** Validates a request to save events and turns it into a command. */
public final class SaveMapper {
  private SaveMapper() {}

  /**
   * The command for a request.
   *
   * @param defaults fills in what the request left out
   * @param resent whether gRPC itself has sent the request before
   * @param order keeps the save behind earlier ones of its actor
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  public static Save toSave(
      SaveEventsRequest request,
      EventDefaults defaults,
      boolean resent,
      SaveOrder order,
      long deadline) {
    check(
        request,
        request.hasExpectedVersion()
            ? Optional.empty()
            : Optional.of("is empty, which is allowed only with expected_version"));
    // Before the events are completed: the digest is of what the client sent.
    String digest = RequestDigest.of(request.getEventsList());
    return new Save(
        RequestNames.namespace(request.getNamespace()),
        new ActorId(request.getActorId()),
        commitId(request),
        expected(request),
        defaults.complete(request.getEventsList()),
        digest,
        request.getRetry() || resent,
        order,
        deadline);
  }

  /**
   * Rejects a request on a stream that has no commit id, and reports all its invalid fields.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest always
   */
  static void refuseWithoutCommitId(SaveEventsRequest request) {
    check(request, Optional.of("is empty, but saves on a stream require it"));
  }

  /**
   * Checks a request.
   *
   * @param emptyCommitId why an empty commit id is invalid; empty if it is valid
   */
  private static void check(SaveEventsRequest request, Optional<String> emptyCommitId) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespace(request.getNamespace(), violations);
    RequestNames.checkActor(request.getActorId(), violations);
    violations.add(
        "commit_id",
        request.getCommitId().isEmpty()
            ? emptyCommitId
            : CommitId.violation(request.getCommitId()));
    checkExpected(request, violations);
    int count = request.getEventsCount();
    if (count == 0) {
      violations.add("events", "is empty");
    } else if (count > Limits.EVENTS_PER_COMMIT) {
      violations.add(
          "events", "has " + count + " elements (maximum " + Limits.EVENTS_PER_COMMIT + ")");
    } else {
      for (int i = 0; i < count; i++) {
        violations.within("events", i);
        EventValidator.check(request.getEvents(i), violations);
      }
    }
    violations.check();
  }

  private static void checkExpected(SaveEventsRequest request, FieldViolations violations) {
    switch (request.getExpectedCase()) {
      case EXPECTED_NOT_SET ->
          violations.add(
              "expected", "is not set: set expected_version, any_version or existing_actor");
      case EXPECTED_VERSION -> {
        if (request.getExpectedVersion() == -1) {
          violations.add("expected_version", "is too high: no version can follow it");
        }
      }
      case ANY_VERSION, EXISTING_ACTOR -> {}
    }
  }

  /**
   * An empty id is replaced by a generated one, so that the server can recognise its own publishes.
   */
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

  /** The response for a stored save. */
  public static SaveEventsResponse toResponse(Saved saved) {
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
