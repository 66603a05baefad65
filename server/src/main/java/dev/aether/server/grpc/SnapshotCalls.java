package dev.aether.server.grpc;

import com.google.protobuf.util.Timestamps;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.server.event.TextRule;
import dev.aether.server.grpc.limits.IdentityUsage;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.requests.EventValidator;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.store.Store;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import dev.aether.v1.Snapshot;
import io.grpc.stub.StreamObserver;

/** Implements the calls for snapshots. No method blocks. */
final class SnapshotCalls {
  private static final TextRule CONTENT_TYPE = TextRule.bounded(Limits.SHORT_TEXT_BYTES);

  private final Store store;
  private final EventDefaults defaults;

  /**
   * @param defaults fills in what senders left out
   */
  SnapshotCalls(Store store, EventDefaults defaults) {
    this.store = store;
    this.defaults = defaults;
  }

  void save(SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          IdentityUsage.current().admitSave(request.getSerializedSize());
          check(request);
          return store
              .snapshots()
              .save(
                  RequestNames.namespace(request.getNamespace()),
                  defaults.complete(request.getSnapshot()),
                  CallDeadline.current());
        },
        saved -> SaveSnapshotResponse.getDefaultInstance());
  }

  private static void check(SaveSnapshotRequest request) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespace(request.getNamespace(), violations);
    if (request.hasSnapshot()) {
      violations.within("snapshot");
      check(request.getSnapshot(), violations);
    } else {
      violations.add("snapshot", "is not set");
    }
    violations.check();
  }

  private static void check(Snapshot snapshot, FieldViolations violations) {
    RequestNames.checkActor(snapshot.getActorId(), violations);
    if (snapshot.getVersion() == 0) {
      violations.add("version", "must be at least 1");
    }
    violations.add("content_type", CONTENT_TYPE.violation(snapshot.getContentType()));
    EventValidator.checkMetadata(snapshot.getMetadataMap(), "metadata", violations);
    if (snapshot.hasTimestamp() && !Timestamps.isValid(snapshot.getTimestamp())) {
      violations.add(
          "timestamp", "is invalid: the year must be 1 to 9999, and nanos 0 to 999999999");
    }
  }

  void latest(
      GetLatestSnapshotRequest request, StreamObserver<GetLatestSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          RequestNames.check(request.getNamespace(), request.getActorId());
          ActorId actor = new ActorId(request.getActorId());
          return store
              .snapshots()
              .latest(RequestNames.namespace(request.getNamespace()), actor)
              .thenApply(found -> found.orElseThrow(() -> StoreException.noSnapshot(actor)));
        },
        kept -> GetLatestSnapshotResponse.newBuilder().setSnapshot(kept.snapshot()).build());
  }

  void delete(DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          IdentityUsage.current().admitSave(request.getSerializedSize());
          RequestNames.check(request.getNamespace(), request.getActorId());
          return store
              .snapshots()
              .delete(
                  RequestNames.namespace(request.getNamespace()),
                  new ActorId(request.getActorId()),
                  CallDeadline.current());
        },
        deleted -> DeleteSnapshotResponse.getDefaultInstance());
  }
}
