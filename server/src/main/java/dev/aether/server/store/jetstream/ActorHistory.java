package dev.aether.server.store.jetstream;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads a range of an actor's commits in pages. What the leader says is the actor's end when the
 * first page is asked for is where it ends; pages come from any replica, and one that is too short
 * for that is completed from the leader.
 */
final class ActorHistory implements ActorReader {
  private static final int PAGE_COMMITS = 256;
  private static final int PAGE_BYTES = 1024 * 1024;

  private final ActorLog actor;
  private final BatchGets batches;
  private final JetStreamApi api;
  private final ActorRange range;

  /** Null until the first page was asked for. */
  private @Nullable ActorTip tip;

  /** Sequences still to read, both included; nothing if {@code from > to}. */
  private long fromSequence = 1;

  private long toSequence;

  /** Number of the newest commit still to read, backwards. */
  private long toNumber;

  ActorHistory(ActorLog actor, BatchGets batches, JetStreamApi api, ActorRange range) {
    this.actor = actor;
    this.batches = batches;
    this.api = api;
    this.range = range;
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    CompletableFuture<List<LogEntry>> page =
        tip == null ? actor.tip().thenCompose(this::locate).thenCompose(located -> page()) : page();
    return page.exceptionallyCompose(
        thrown -> CompletableFuture.failedFuture(JetStreamErrors.toStoreException(thrown)));
  }

  /** Finds the ends of the range in the stream. */
  private CompletableFuture<?> locate(ActorTip found) {
    tip = found;
    if (range.from() > found.version()) {
      fromSequence = 1;
      toSequence = 0;
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<?> from =
        range.from() <= 1
            ? CompletableFuture.completedFuture(null)
            : actor
                .holding(found, range.from())
                .thenAccept(located -> located.ifPresent(at -> fromSequence = at.sequence()));
    CompletableFuture<?> to;
    if (range.to() >= found.version()) {
      toSequence = found.sequence();
      toNumber = found.through().count();
      to = CompletableFuture.completedFuture(null);
    } else {
      to =
          actor
              .holding(found, range.to())
              .thenAccept(
                  located ->
                      located.ifPresent(
                          at -> {
                            toSequence = at.sequence();
                            toNumber = at.header().number();
                          }));
    }
    return CompletableFuture.allOf(from, to);
  }

  private CompletableFuture<List<LogEntry>> page() {
    if (fromSequence > toSequence) {
      return CompletableFuture.completedFuture(List.of());
    }
    return range.backwards() ? backwards() : forwards();
  }

  private CompletableFuture<List<LogEntry>> forwards() {
    return batches
        .get(actor.stream(), fromSequence, actor.subject(), PAGE_COMMITS, PAGE_BYTES)
        .thenCompose(this::orFromLeader)
        .thenApply(
            messages -> {
              boolean first = fromSequence == 1;
              fromSequence = messages.isEmpty() ? Long.MAX_VALUE : last(messages).sequence() + 1;
              checkNotTrimmed(first, messages);
              return entries(messages, toSequence);
            });
  }

  /**
   * A replica that has nothing of what the leader has stored lags behind: then the leader gives one
   * at a time.
   */
  private CompletableFuture<List<StoredMessage>> orFromLeader(List<StoredMessage> messages) {
    if (!messages.isEmpty()) {
      return CompletableFuture.completedFuture(messages);
    }
    return api.next(actor.stream(), fromSequence, actor.subject())
        .thenApply(next -> next.map(List::of).orElse(List.of()));
  }

  private void checkNotTrimmed(boolean first, List<StoredMessage> messages) {
    if (first && !messages.isEmpty()) {
      long kept = actor.header(messages.get(0)).firstVersion();
      if (kept > Math.max(range.from(), 1) && range.from() > 0) {
        throw new StoreException.HistoryTrimmed(actor.actor(), kept);
      }
    }
  }

  /** The newest commits still to read: found by their numbers, read forwards, turned round. */
  private CompletableFuture<List<LogEntry>> backwards() {
    long newest = toNumber;
    long oldest = Math.max(1, newest - PAGE_COMMITS + 1);
    ActorTip known = tip;
    if (known == null) {
      throw new IllegalStateException("not located");
    }
    return actor
        .numbered(known, oldest)
        .thenCompose(
            located -> collect(Math.max(located.sequence(), fromSequence), new ArrayList<>()))
        .thenApply(
            messages -> {
              List<LogEntry> entries = new ArrayList<>(entries(messages, toSequence));
              Collections.reverse(entries);
              toNumber = oldest - 1;
              toSequence = messages.isEmpty() ? 0 : messages.get(0).sequence() - 1;
              if (toNumber == 0) {
                toSequence = 0;
              }
              return entries;
            });
  }

  private CompletableFuture<List<StoredMessage>> collect(long from, List<StoredMessage> into) {
    return batches
        .get(actor.stream(), from, actor.subject(), PAGE_COMMITS - into.size(), PAGE_BYTES)
        .thenCompose(
            messages -> {
              into.addAll(messages);
              if (!messages.isEmpty()
                  && last(messages).sequence() < toSequence
                  && into.size() < PAGE_COMMITS) {
                return collect(last(messages).sequence() + 1, into);
              }
              return CompletableFuture.completedFuture(into);
            });
  }

  private List<LogEntry> entries(List<StoredMessage> messages, long upTo) {
    return messages.stream()
        .filter(message -> message.sequence() <= upTo)
        .map(message -> CommitMessages.entry(actor.stream().log(), message))
        .toList();
  }

  private static StoredMessage last(List<StoredMessage> messages) {
    return messages.get(messages.size() - 1);
  }
}
