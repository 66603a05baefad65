package dev.aether.server.grpc;

import com.google.protobuf.util.Timestamps;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.TextRule;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;

/** Validates requests to save a snapshot. */
final class SnapshotMapper {
  private static final TextRule CONTENT_TYPE = TextRule.bounded(Limits.SHORT_TEXT_BYTES);

  private SnapshotMapper() {}

  /**
   * The namespace of a request.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  static Namespace namespace(SaveSnapshotRequest request) {
    Faults faults = new Faults();
    Names.checkNamespace(request.getNamespace(), faults);
    if (request.hasSnapshot()) {
      check(request.getSnapshot(), faults);
    } else {
      faults.add("snapshot", "is not set");
    }
    faults.check();
    return Names.namespace(request.getNamespace());
  }

  private static void check(Snapshot snapshot, Faults faults) {
    faults.add("snapshot.actor_id", ActorId.fault(snapshot.getActorId()));
    if (snapshot.getVersion() == 0) {
      faults.add("snapshot.version", "must be at least 1");
    }
    faults.add("snapshot.content_type", CONTENT_TYPE.fault(snapshot.getContentType()));
    EventRules.checkMetadata(snapshot.getMetadataMap(), "snapshot.metadata", faults);
    if (snapshot.hasTimestamp() && !Timestamps.isValid(snapshot.getTimestamp())) {
      faults.add(
          "snapshot.timestamp", "is invalid: the year must be 1 to 9999, and nanos 0 to 999999999");
    }
  }
}
