package dev.aether.server.grpc;

import dev.aether.server.event.Causes;
import dev.aether.server.event.StoreException.VersionConflict;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.v1.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reads what the writer of a save missed that was refused as a conflict: the events from the
 * attempted version on, in order and without a gap, as far as they are read in time. A read that
 * fails or takes too long leaves the conflict as it is. For one use.
 */
final class MissedEvents {
  /** Details have no room for more, however small they are. */
  static final int MAX_EVENTS = 256;

  /** No conflict waits longer for it. */
  private static final Duration READ_WITHIN = Duration.ofSeconds(1);

  private final VersionConflict conflict;
  private final ActorReader reader;
  private final long last;
  private final List<Event> events = new ArrayList<>();
  private final CompletableFuture<ConflictWithEvents> answer = new CompletableFuture<>();

  private MissedEvents(VersionConflict conflict, ActorReader reader, long last) {
    this.conflict = conflict;
    this.reader = reader;
    this.last = last;
  }

  /**
   * Saves; a conflict brings missed events if it is asked for.
   *
   * @param asked how many, unsigned
   */
  static CompletableFuture<Saved> save(EventStore store, Save save, int asked) {
    CompletableFuture<Saved> saving = store.save(save);
    return asked == 0
        ? saving
        : saving.exceptionallyCompose(
            thrown ->
                Causes.unwrapped(thrown) instanceof VersionConflict conflict && isLate(conflict)
                    ? read(store, save, asked, conflict)
                        .thenCompose(CompletableFuture::failedFuture)
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Who expected more than there is missed nothing. */
  private static boolean isLate(VersionConflict conflict) {
    return conflict.making().isPresent()
        && conflict.attemptedVersion() > 0
        && conflict.attemptedVersion() <= conflict.currentVersion();
  }

  private static CompletableFuture<ConflictWithEvents> read(
      EventStore store, Save save, int asked, VersionConflict conflict) {
    long first = conflict.attemptedVersion();
    int most = Integer.compareUnsigned(asked, MAX_EVENTS) < 0 ? asked : MAX_EVENTS;
    long last = Math.min(conflict.currentVersion(), first + most - 1);
    ActorReader reader =
        store.readMaking(
            conflict.making().orElseThrow(),
            new ActorRange(save.namespace(), save.actor(), first, last, false));
    return new MissedEvents(conflict, reader, last).start(save.deadline());
  }

  private CompletableFuture<ConflictWithEvents> start(long deadline) {
    long left = Math.min(READ_WITHIN.toNanos(), deadline - System.nanoTime());
    if (left <= 0) {
      return CompletableFuture.completedFuture(new ConflictWithEvents(conflict, List.of()));
    }
    readOn();
    CompletableFuture<?> timeout =
        new CompletableFuture<>().completeOnTimeout(true, left, TimeUnit.NANOSECONDS);
    timeout.thenRun(this::end);
    return answer.whenComplete((done, thrown) -> timeout.cancel(false));
  }

  private void readOn() {
    reader
        .next()
        .whenComplete(
            (page, thrown) -> {
              if (thrown == null && page.stream().allMatch(this::take) && !page.isEmpty()) {
                readOn();
              } else {
                end();
              }
            });
  }

  /** Whether there may be more to come. */
  private synchronized boolean take(LogEntry entry) {
    if (answer.isDone() || !(entry instanceof LogEntry.StoredCommit stored)) {
      return false;
    }
    for (Event event : stored.commit().getEventsList()) {
      long next = conflict.attemptedVersion() + events.size();
      if (next > last || event.getVersion() > next) {
        return false;
      }
      if (event.getVersion() == next) {
        events.add(event);
      }
    }
    return conflict.attemptedVersion() + events.size() <= last && !isFull();
  }

  private boolean isFull() {
    return events.stream().mapToLong(Event::getSerializedSize).sum() > StatusMapper.DETAILS_BYTES;
  }

  private void end() {
    List<Event> read;
    synchronized (this) {
      read = List.copyOf(events);
    }
    answer.complete(new ConflictWithEvents(conflict, read));
  }
}
