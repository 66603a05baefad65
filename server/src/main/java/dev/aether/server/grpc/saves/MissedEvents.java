package dev.aether.server.grpc.saves;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.StoreException.VersionConflict;
import dev.aether.server.grpc.errors.ConflictWithEvents;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Adds to a version conflict the events that the writer missed: the events from the attempted
 * version on, in order and without a gap. They are best effort. One page is read, which is more
 * than error details have room for. If the read fails, takes too long or finds too many other reads
 * in progress, the conflict has no events, and the writer reads them itself. Thread-safe.
 */
final class MissedEvents {
  /** Error details have no room for more events, even small ones. */
  static final int MAX_EVENTS = 128;

  /** The most reads in progress on a node. A read that was given up counts until it has ended. */
  static final int MAX_READS = 64;

  /** The longest that a conflict is delayed by a read. */
  private static final Duration READ_WITHIN = Duration.ofSeconds(1);

  private final EventStore store;
  private final Semaphore reads = new Semaphore(MAX_READS);

  MissedEvents(EventStore store) {
    this.store = store;
  }

  /**
   * Returns the outcome of a save, with missed events if it is a version conflict.
   *
   * @param max the most events to add, unsigned
   */
  CompletableFuture<Saved> addTo(CompletableFuture<Saved> saving, Save save, int max) {
    return saving.exceptionallyCompose(
        thrown ->
            Exceptions.unwrap(thrown) instanceof VersionConflict conflict && isLate(conflict)
                ? read(save, max, conflict)
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

  private CompletableFuture<List<Event>> read(Save save, int max, VersionConflict conflict) {
    long within = Math.min(READ_WITHIN.toNanos(), save.deadline() - System.nanoTime());
    if (within <= 0 || !reads.tryAcquire()) {
      return CompletableFuture.completedFuture(List.of());
    }
    long first = conflict.attemptedVersion();
    int count = Integer.compareUnsigned(max, MAX_EVENTS) < 0 ? max : MAX_EVENTS;
    long last = Math.min(conflict.currentVersion(), first + count - 1);
    ActorRange range = new ActorRange(save.namespace(), save.actor(), first, last, false);
    // Of the incarnation that refused the save: another one has other events.
    String incarnation = conflict.incarnation().orElseThrow();
    CompletableFuture<List<LogEntry>> page =
        CatchAll.begin(() -> store.readIncarnation(incarnation, range).next());
    page.whenComplete((read, thrown) -> reads.release());
    // A copy, so that the timeout does not complete the future on which the release depends.
    return page.copy()
        .completeOnTimeout(List.of(), within, TimeUnit.NANOSECONDS)
        .exceptionally(thrown -> List.of())
        .thenApply(entries -> withoutGap(entries, range));
  }

  /** The events of the range up to the first that is missing or damaged. */
  private static List<Event> withoutGap(List<LogEntry> page, ActorRange range) {
    List<Event> events = new ArrayList<>();
    for (LogEntry entry : page) {
      if (!(entry instanceof LogEntry.StoredCommit stored)) {
        return events;
      }
      for (Event event : stored.commit().decode().getEventsList()) {
        long next = range.from() + events.size();
        if (next > range.to() || event.getVersion() > next) {
          return events;
        }
        if (event.getVersion() == next) {
          events.add(event);
        }
      }
    }
    return events;
  }
}
