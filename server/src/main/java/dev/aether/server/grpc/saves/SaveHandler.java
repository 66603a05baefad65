package dev.aether.server.grpc.saves;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.Caller;
import dev.aether.server.grpc.limits.ConnectionUsage;
import dev.aether.server.grpc.limits.IdentityUsage;
import dev.aether.server.grpc.limits.UnreadResponses;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.measure.Traces;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.v1.SaveEventsRequest;
import java.util.concurrent.CompletableFuture;

/**
 * Handles requests to save events, of unary calls and of streams: validates and completes them and
 * passes them to the store with the deadline of their call. No method blocks.
 */
public final class SaveHandler {
  /** A save holds its events and, for some time, the encoded commit. */
  private static final int COPIES = 2;

  private final EventStore store;
  private final EventDefaults defaults;
  private final ConflictCounts conflicts;
  private final MissedEvents missed;
  private final SaveMeasures measures;
  private final SaveTracing tracing;

  /**
   * @param defaults fills in what senders left out
   * @param conflicts counts the actors of saves that come too late
   * @param traces where spans of saves are begun
   */
  public SaveHandler(
      EventStore store,
      EventDefaults defaults,
      ConflictCounts conflicts,
      SaveMeasures measures,
      Traces traces) {
    this.store = store;
    this.defaults = defaults;
    this.conflicts = conflicts;
    this.missed = new MissedEvents(store);
    this.measures = measures;
    this.tracing = new SaveTracing(traces);
  }

  /**
   * Saves within the current call, independently of other saves. See {@link
   * #save(SaveEventsRequest, SaveOrder)}.
   *
   * @throws dev.aether.server.event.StoreException.Overloaded also if the caller has saved as much
   *     as it may
   */
  public CompletableFuture<Saved> save(SaveEventsRequest request) {
    return save(request, new SaveOrder(), true);
  }

  /**
   * Saves within the current call. A version conflict contains missed events if the request asks
   * for them.
   *
   * @param order what the saves of one actor on one stream share
   * @throws dev.aether.server.event.StoreException.Overloaded if the connection has reached its
   *     limit
   * @throws dev.aether.server.event.StoreException.InvalidRequest if the request violates the
   *     contract
   */
  CompletableFuture<Saved> save(SaveEventsRequest request, SaveOrder order) {
    return save(request, order, false);
  }

  /**
   * Counts a save of a stream that is refused before it is passed on.
   *
   * @return fails with {@code why}
   */
  CompletableFuture<Saved> refused(RuntimeException why) {
    measures.answered(System.nanoTime(), null, why);
    return CompletableFuture.failedFuture(why);
  }

  /**
   * @param limited whether the limits of the caller hold here: a stream waits for them before it
   *     reads
   */
  private CompletableFuture<Saved> save(
      SaveEventsRequest request, SaveOrder order, boolean limited) {
    long begin = System.nanoTime();
    TracedSave trace = tracing.of(request, !limited);
    try {
      if (limited) {
        IdentityUsage.current().admitSave(request.getSerializedSize());
      }
      return begin(request, order, begin, trace);
    } catch (RuntimeException e) {
      measures.answered(begin, null, e);
      trace.ended(null, e);
      throw e;
    }
  }

  private CompletableFuture<Saved> begin(
      SaveEventsRequest request, SaveOrder order, long begin, TracedSave trace) {
    Save plain =
        SaveMapper.toSave(request, defaults, PreviousAttempts.any(), order, CallDeadline.current());
    Save traced = trace.addTo(plain, store.maxCommitBytes());
    ConnectionUsage.Permit permit;
    try {
      permit = admit(request, trace);
    } catch (RuntimeException e) {
      order.failed(plain.expected(), e);
      throw e;
    }
    Save save = trace.addedBytes() > 0 ? traced : trace.untraced(plain);
    CompletableFuture<Saved> saving =
        CatchAll.begin(() -> store.save(save))
            .whenComplete(
                (saved, thrown) -> {
                  if (thrown != null) {
                    order.failed(save.expected(), thrown);
                    if (StoreException.hasReason(thrown, Reason.VERSION_CONFLICT)) {
                      conflicts.add(save.namespace(), save.actor());
                    }
                  }
                });
    // Whoever may save but not read learns of a conflict without its events.
    int max = Caller.current().reads(save.namespace().name()) ? request.getMaxMissedEvents() : 0;
    CompletableFuture<Saved> answer = max == 0 ? saving : missed.addTo(saving, save, max);
    return answer.whenComplete(
        (saved, thrown) -> {
          permit.release();
          measures.answered(begin, saved, thrown);
          trace.ended(saved, thrown);
        });
  }

  /**
   * Admits a save, without its trace if there is no room for that: it must not make a save fail.
   */
  private static ConnectionUsage.Permit admit(SaveEventsRequest request, TracedSave trace) {
    ConnectionUsage usage = UnreadResponses.current().connection();
    int bytes = request.getSerializedSize();
    if (trace.addedBytes() > 0) {
      try {
        ConnectionUsage.Permit permit = usage.admitSave(COPIES * (bytes + trace.addedBytes()));
        IdentityUsage.current().countSaveBytes(trace.addedBytes());
        return permit;
      } catch (StoreException.Overloaded e) {
        trace.leaveOut();
      }
    }
    return usage.admitSave(COPIES * bytes);
  }
}
