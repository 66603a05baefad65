package dev.aether.server.grpc;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Store;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import io.grpc.stub.StreamObserver;

/** Implements the calls for snapshots. No method blocks. */
final class SnapshotCalls {
  private final Store store;
  private final Intake intake;

  SnapshotCalls(Store store, Intake intake) {
    this.store = store;
    this.intake = intake;
  }

  void save(SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> intake.saveSnapshot(request),
        saved -> SaveSnapshotResponse.getDefaultInstance());
  }

  void latest(
      GetLatestSnapshotRequest request, StreamObserver<GetLatestSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          Names.check(request.getNamespace(), request.getActorId());
          ActorId actor = new ActorId(request.getActorId());
          return store
              .snapshots()
              .latest(Names.namespace(request.getNamespace()), actor)
              .thenApply(found -> found.orElseThrow(() -> new StoreException.NoSnapshot(actor)));
        },
        kept -> GetLatestSnapshotResponse.newBuilder().setSnapshot(kept.snapshot()).build());
  }

  void delete(DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          Names.check(request.getNamespace(), request.getActorId());
          return store
              .snapshots()
              .delete(
                  Names.namespace(request.getNamespace()),
                  new ActorId(request.getActorId()),
                  Deadlines.ofCall());
        },
        deleted -> DeleteSnapshotResponse.getDefaultInstance());
  }
}
