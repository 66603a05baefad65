package dev.aether.server.grpc;

import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.Store;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Handles requests to store something: validates and completes them and passes them to the store
 * with the deadline of their call. No method blocks.
 */
final class Intake {
  /** A save holds its events and, for some time, the encoded commit. */
  private static final int COPIES = 2;

  private final Store store;
  private final Completion completion;
  private final MissedEvents missed;

  /**
   * @param completion fills in what senders left out
   */
  Intake(Store store, Completion completion) {
    this.store = store;
    this.completion = completion;
    this.missed = new MissedEvents(store.events());
  }

  /**
   * Saves within the current call. A version conflict contains missed events if the request asks
   * for them.
   *
   * @throws dev.aether.server.event.StoreException.Overloaded if the connection has reached its
   *     limit
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  CompletableFuture<Saved> save(SaveEventsRequest request) {
    Save save = SaveMapper.toSave(request, completion, PreviousAttempts.any(), Deadlines.ofCall());
    Connection.Place place =
        Outgoing.current().connection().enterSave(COPIES * (long) request.getSerializedSize());
    CompletableFuture<Saved> running;
    try {
      running = missed.save(save, request.getMaxMissedEvents());
    } catch (RuntimeException | Error e) {
      place.leave();
      throw e;
    }
    return running.whenComplete((saved, thrown) -> place.leave());
  }

  /**
   * Saves a snapshot within the current call.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  CompletableFuture<@Nullable Void> saveSnapshot(SaveSnapshotRequest request) {
    return store
        .snapshots()
        .save(
            SnapshotMapper.namespace(request),
            completion.of(request.getSnapshot()),
            Deadlines.ofCall());
  }
}
