package dev.aether.server.grpc.saves;

import com.google.protobuf.util.Timestamps;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.TextRule;
import dev.aether.server.grpc.requests.EventValidator;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;

/** Validates requests to save a snapshot. */
public final class SnapshotMapper {
  private static final TextRule CONTENT_TYPE = TextRule.bounded(Limits.SHORT_TEXT_BYTES);

  private SnapshotMapper() {}

  /**
   * The namespace of a request.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  static Namespace namespace(SaveSnapshotRequest request) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespace(request.getNamespace(), violations);
    if (request.hasSnapshot()) {
      check(request.getSnapshot(), violations);
    } else {
      violations.add("snapshot", "is not set");
    }
    violations.check();
    return RequestNames.namespace(request.getNamespace());
  }

  private static void check(Snapshot snapshot, FieldViolations violations) {
    violations.add("snapshot.actor_id", ActorId.violation(snapshot.getActorId()));
    if (snapshot.getVersion() == 0) {
      violations.add("snapshot.version", "must be at least 1");
    }
    violations.add("snapshot.content_type", CONTENT_TYPE.violation(snapshot.getContentType()));
    EventValidator.checkMetadata(snapshot.getMetadataMap(), "snapshot.metadata", violations);
    if (snapshot.hasTimestamp() && !Timestamps.isValid(snapshot.getTimestamp())) {
      violations.add(
          "snapshot.timestamp", "is invalid: the year must be 1 to 9999, and nanos 0 to 999999999");
    }
  }
}
