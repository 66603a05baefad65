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

  /** The first page backwards is small, since nothing is known yet of the commits' sizes. */
  private static final int FIRST_BACKWARDS_COMMITS = 16;

  private final ActorLog actor;
  private final ActorRange range;

  /** Null until the first page was asked for. */
  private @Nullable ActorTip tip;

  /** Sequences still to read, both included; nothing if {@code from > to}. */
  private long fromSequence = 1;

  private long toSequence;

  /** Number of the newest commit still to read, backwards. */
  private long toNumber;

  private int backwardsCommits = FIRST_BACKWARDS_COMMITS;

  ActorHistory(ActorLog actor, ActorRange range) {
    this.actor = actor;
    this.range = range;
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    return JetStreamErrors.mapped(tip == null ? locate().thenCompose(located -> page()) : page());
  }

  private CompletableFuture<Void> locate() {
    CompletableFuture<Void> located = actor.tip().thenCompose(this::locate);
    return range.backwards() ? located : located.exceptionallyCompose(this::aroundDamage);
  }

  /**
   * Where a record on the way to the range can't be read, everything is read from the beginning:
   * the reader is told of the damage where it stands, and of the rest.
   */
  private CompletableFuture<Void> aroundDamage(Throwable thrown) {
    if (!(JetStreamErrors.root(thrown) instanceof StoreException.CorruptRecord)) {
      return CompletableFuture.failedFuture(thrown);
    }
    return actor
        .lastSequence()
        .thenAccept(
            last -> {
              tip = ActorTip.NONE;
              fromSequence = 1;
              toSequence = last;
            });
  }

  /** Finds the ends of the range in the stream. */
  private CompletableFuture<Void> locate(ActorTip found) {
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
    boolean first = fromSequence == 1;
    return actor
        .from(fromSequence, PAGE_COMMITS, PAGE_BYTES)
        .thenApply(
            messages -> {
              fromSequence = last(messages).sequence() + 1;
              List<LogEntry> entries = entries(messages);
              if (first) {
                checkNotTrimmed(entries);
              }
              return entries;
            });
  }

  /** The newest commits still to read: found by their numbers, read forwards, turned round. */
  private CompletableFuture<List<LogEntry>> backwards() {
    long oldest = Math.max(1, toNumber - backwardsCommits + 1);
    return actor
        .numbered(known(), oldest)
        .thenCompose(
            located -> collect(Math.max(located.sequence(), fromSequence), new ArrayList<>()))
        .thenApply(
            messages -> {
              toNumber = oldest - 1;
              List<LogEntry> entries = new ArrayList<>(entries(messages));
              toSequence = toNumber == 0 ? 0 : messages.get(0).sequence() - 1;
              adaptBackwardsPage(messages);
              Collections.reverse(entries);
              return entries;
            });
  }

  /** All messages from a sequence on to the end of the range. */
  private CompletableFuture<List<StoredMessage>> collect(long from, List<StoredMessage> into) {
    return actor
        .from(from, backwardsCommits, PAGE_BYTES)
        .thenCompose(
            messages -> {
              into.addAll(messages);
              return last(messages).sequence() < toSequence
                  ? collect(last(messages).sequence() + 1, into)
                  : CompletableFuture.completedFuture(into);
            });
  }

  /** A page backwards holds so many commits as would have made a page of the last one's bytes. */
  private void adaptBackwardsPage(List<StoredMessage> messages) {
    long bytes = messages.stream().mapToLong(message -> message.body().length).sum();
    long fitting = messages.size() * (long) PAGE_BYTES / Math.max(1, bytes);
    backwardsCommits = (int) Math.max(1, Math.min(PAGE_COMMITS, fitting));
  }

  private void checkNotTrimmed(List<LogEntry> entries) {
    if (!entries.isEmpty() && entries.get(0) instanceof LogEntry.StoredCommit oldest) {
      long kept = oldest.commit().getFirstVersion();
      if (range.from() > 0 && kept > range.from()) {
        throw new StoreException.HistoryTrimmed(actor.actor(), kept);
      }
    }
  }

  private List<LogEntry> entries(List<StoredMessage> messages) {
    return messages.stream()
        .filter(message -> message.sequence() <= toSequence)
        .map(message -> CommitMessages.entry(actor.stream().log(), message))
        .toList();
  }

  private ActorTip known() {
    ActorTip known = tip;
    if (known == null) {
      throw new IllegalStateException("not located");
    }
    return known;
  }

  private static StoredMessage last(List<StoredMessage> messages) {
    return messages.get(messages.size() - 1);
  }
}
