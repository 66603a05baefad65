package dev.aether.server.grpc.saves;

import dev.aether.server.grpc.errors.Trailers;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Reads events for one conflict until it has enough, finds a gap, or runs out of time. */
final class MissedEventsRead {
  private final ActorReader reader;
  private final long first;
  private final long last;
  private final Runnable ended;

  /** Guarded by this. */
  private final List<Event> events = new ArrayList<>();

  private final CompletableFuture<List<Event>> answer = new CompletableFuture<>();

  /**
   * @param reader reads the versions from first to last
   * @param ended is run once when no more page is awaited, after the answer was completed
   */
  MissedEventsRead(ActorReader reader, long first, long last, Runnable ended) {
    this.reader = reader;
    this.first = first;
    this.last = last;
    this.ended = ended;
  }

  /**
   * Starts the read. The answer comes within {@code within} nanoseconds and never fails. Call it
   * once.
   */
  CompletableFuture<List<Event>> start(long within) {
    readOn();
    CompletableFuture<?> timeout =
        new CompletableFuture<>().completeOnTimeout(true, within, TimeUnit.NANOSECONDS);
    timeout.thenRun(this::answerWhatCame);
    return answer.whenComplete((done, thrown) -> timeout.cancel(false));
  }

  private void readOn() {
    CompletableFuture.completedFuture(reader)
        .thenCompose(ActorReader::next)
        .whenComplete(
            (page, thrown) -> {
              if (thrown == null && page.stream().allMatch(this::take) && !page.isEmpty()) {
                readOn();
              } else {
                answerWhatCame();
                ended.run();
              }
            });
  }

  /** Takes the events of an entry. Returns whether more are needed. */
  private synchronized boolean take(LogEntry entry) {
    if (answer.isDone() || !(entry instanceof LogEntry.StoredCommit stored)) {
      return false;
    }
    for (Event event : stored.commit().getEventsList()) {
      long next = first + events.size();
      if (next > last || event.getVersion() > next) {
        return false;
      }
      if (event.getVersion() == next) {
        events.add(event);
      }
    }
    return first + events.size() <= last && !isFull();
  }

  private boolean isFull() {
    return events.stream().mapToLong(Event::getSerializedSize).sum() > Trailers.MAX_BYTES;
  }

  private void answerWhatCame() {
    List<Event> came;
    synchronized (this) {
      came = List.copyOf(events);
    }
    answer.complete(came);
  }
}
