package dev.aether.server.grpc.saves;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.StoreException.VersionConflict;
import dev.aether.server.grpc.errors.ConflictWithEvents;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.v1.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Adds to a version conflict the events that the writer missed, if it asked for them: the events
 * from the attempted version on, in order and without a gap, as far as they can be read in time.
 * They are best effort: if a read fails, takes too long or finds too many other reads in progress,
 * the conflict has fewer events or none, and the writer reads them itself. Thread-safe.
 */
final class MissedEvents {
  /** Error details have no room for more events, even small ones. */
  static final int MAX_EVENTS = 256;

  /**
   * The most reads in progress on a node, of one page each. A read that was given up counts until
   * it has ended.
   */
  static final int MAX_READS = 64;

  /** The longest that a conflict is delayed by a read. */
  private static final Duration READ_WITHIN = Duration.ofSeconds(1);

  private final EventStore store;
  private final Semaphore reads = new Semaphore(MAX_READS);

  MissedEvents(EventStore store) {
    this.store = store;
  }

  /**
   * Saves. A version conflict contains missed events if {@code asked} is not 0.
   *
   * @param asked the most missed events to add, unsigned
   */
  CompletableFuture<Saved> save(Save save, int asked) {
    CompletableFuture<Saved> saving = store.save(save);
    return asked == 0
        ? saving
        : saving.exceptionallyCompose(
            thrown ->
                Exceptions.unwrap(thrown) instanceof VersionConflict conflict && isLate(conflict)
                    ? read(save, asked, conflict)
                        .thenCompose(
                            events ->
                                CompletableFuture.failedFuture(
                                    new ConflictWithEvents(conflict, events)))
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Whether the writer missed events: not if it expected a version above the latest. */
  private static boolean isLate(VersionConflict conflict) {
    return conflict.incarnation().isPresent()
        && conflict.attemptedVersion() > 0
        && conflict.attemptedVersion() <= conflict.currentVersion();
  }

  private CompletableFuture<List<Event>> read(Save save, int asked, VersionConflict conflict) {
    long within = Math.min(READ_WITHIN.toNanos(), save.deadline() - System.nanoTime());
    if (within <= 0 || !reads.tryAcquire()) {
      return CompletableFuture.completedFuture(List.of());
    }
    long first = conflict.attemptedVersion();
    int most = Integer.compareUnsigned(asked, MAX_EVENTS) < 0 ? asked : MAX_EVENTS;
    long last = Math.min(conflict.currentVersion(), first + most - 1);
    ActorRange range = new ActorRange(save.namespace(), save.actor(), first, last, false);
    return new MissedEventsRead(
            store.readIncarnation(conflict.incarnation().orElseThrow(), range),
            first,
            last,
            reads::release)
        .start(within);
  }
}
