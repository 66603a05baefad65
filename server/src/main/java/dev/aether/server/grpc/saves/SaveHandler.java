package dev.aether.server.grpc.saves;

import dev.aether.server.grpc.limits.Connection;
import dev.aether.server.grpc.limits.UnreadResponses;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.EventDefaults;
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
public final class SaveHandler {
  /** A save holds its events and, for some time, the encoded commit. */
  private static final int COPIES = 2;

  private final Store store;
  private final EventDefaults defaults;
  private final MissedEvents missed;

  /**
   * @param defaults fills in what senders left out
   */
  public SaveHandler(Store store, EventDefaults defaults) {
    this.store = store;
    this.defaults = defaults;
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
  public CompletableFuture<Saved> save(SaveEventsRequest request) {
    Save save =
        SaveMapper.toSave(request, defaults, PreviousAttempts.any(), CallDeadline.current());
    Connection.Permit permit =
        UnreadResponses.current()
            .connection()
            .admitSave(COPIES * (long) request.getSerializedSize());
    CompletableFuture<Saved> running;
    try {
      running = missed.save(save, request.getMaxMissedEvents());
    } catch (RuntimeException | Error e) {
      permit.release();
      throw e;
    }
    return running.whenComplete((saved, thrown) -> permit.release());
  }

  /**
   * Saves a snapshot within the current call.
   *
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  public CompletableFuture<@Nullable Void> saveSnapshot(SaveSnapshotRequest request) {
    return store
        .snapshots()
        .save(
            SnapshotMapper.namespace(request),
            defaults.of(request.getSnapshot()),
            CallDeadline.current());
  }
}
