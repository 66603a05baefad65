package dev.aether.server.grpc;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.grpc.saves.SaveHandler;
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
  private final SaveHandler saves;

  SnapshotCalls(Store store, SaveHandler saves) {
    this.store = store;
    this.saves = saves;
  }

  void save(SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> response) {
    UnaryCall.answer(
        response,
        () -> saves.saveSnapshot(request),
        saved -> SaveSnapshotResponse.getDefaultInstance());
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
