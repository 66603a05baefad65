package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.format.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Reads pages of an actor's commits, newest first. */
final class BackwardPages {
  private static final int PAGE_COMMITS = 256;
  private static final int PAGE_BYTES = 1024 * 1024;

  /** The first page is small, since the commits' sizes are not known yet. */
  private static final int FIRST_PAGE_COMMITS = 16;

  private final ActorLog actor;
  private final ReadBounds bounds;
  private final GapCheck gapCheck;
  private int pageCommits = FIRST_PAGE_COMMITS;

  /** The oldest commit read so far, or the actor's last: its skip pointers lead further back. */
  private Optional<LocatedCommit> oldestRead = Optional.empty();

  /**
   * The sequence of the next message to read, as named by the message after it; 0: there is none,
   * or it is not known.
   */
  private long expected;

  /** The sequences of the commits still to read, if their skip pointers cannot be used. */
  private Optional<SequenceIndex> index = Optional.empty();

  BackwardPages(ActorLog actor, ReadBounds bounds, GapCheck gapCheck) {
    this.actor = actor;
    this.bounds = bounds;
    this.gapCheck = gapCheck;
  }

  void startFrom(LocatedCommit last) {
    oldestRead = Optional.of(last);
  }

  /** From now on, finds the commits by their sequences and not by their skip pointers. */
  void use(SequenceIndex sequences) {
    index = Optional.of(sequences);
  }

  boolean hasIndex() {
    return index.isPresent();
  }

  /**
   * Reads the next page; the bounds must not be empty.
   *
   * @param lastVersion the version that a complete read ends with; 0: any
   */
  CompletableFuture<List<LogEntry>> next(long lastVersion) {
    return newest()
        .thenApply(
            messages -> {
              List<LogEntry> entries = newestFirst(messages);
              bounds.toSequence = endBefore(messages.get(0).sequence());
              oldestRead = actor.readable(messages.get(0)).or(() -> oldestRead);
              adaptPageSize(messages);
              if (bounds.toSequence == 0 && isMissing(expected, bounds.fromSequence)) {
                entries.add(ActorDamage.entry(actor.damage().missing(expected)));
              }
              gapCheck.follow(entries);
              if (bounds.toSequence == 0) {
                gapCheck.checkReached(lastVersion);
              }
              if (entries.isEmpty()) {
                throw GapCheck.notFound();
              }
              return entries;
            });
  }

  /** The sequence at which the page before a sequence ends; 0 if there is no such page. */
  private long endBefore(long sequence) {
    if (index.isPresent()) {
      return index.get().before(sequence - 1, 1);
    }
    bounds.toNumber -= pageCommits;
    return bounds.toNumber < bounds.fromNumber ? 0 : sequence - 1;
  }

  /** The newest messages still to read, oldest first. */
  private CompletableFuture<List<StoredMessage>> newest() {
    if (index.isPresent()) {
      long oldest = index.get().before(bounds.toSequence, pageCommits);
      return collect(Math.max(oldest, bounds.fromSequence), new ArrayList<>());
    }
    long oldest = Math.max(bounds.fromNumber, bounds.toNumber - pageCommits + 1);
    if (pageCommits > SkipPointerReader.MAX_COMMITS) {
      return newestFrom(oldest);
    }
    return actor
        .readBySkipPointers(
            oldestRead.orElseThrow(), SkipPointerReader.Range.ofNumbers(oldest, bounds.toNumber))
        .thenCompose(
            found ->
                found
                    .map(this::withinBounds)
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> newestFrom(oldest)));
  }

  private List<StoredMessage> withinBounds(List<StoredMessage> messages) {
    return messages.stream().filter(message -> message.sequence() >= bounds.fromSequence).toList();
  }

  private CompletableFuture<List<StoredMessage>> newestFrom(long oldest) {
    return actor
        .commitWithNumber(oldestRead.orElseThrow().head(), oldest)
        .thenCompose(
            located ->
                collect(Math.max(located.sequence(), bounds.fromSequence), new ArrayList<>()));
  }

  /** Reads all messages from a sequence to the end of the range. */
  private CompletableFuture<List<StoredMessage>> collect(long from, List<StoredMessage> into) {
    return actor
        .messagesFrom(from, pageCommits, PAGE_BYTES)
        .thenCompose(
            messages -> {
              into.addAll(messages);
              long last = messages.get(messages.size() - 1).sequence();
              return last < bounds.toSequence
                  ? collect(last + 1, into)
                  : CompletableFuture.completedFuture(into);
            });
  }

  /** Assumes that the next page's commits are about as large as this page's. */
  private void adaptPageSize(List<StoredMessage> messages) {
    long bytes = messages.stream().mapToLong(message -> message.body().length).sum();
    long fitting = messages.size() * (long) PAGE_BYTES / Math.max(1, bytes);
    pageCommits = (int) Math.max(1, Math.min(PAGE_COMMITS, fitting));
  }

  /** Decodes the messages, and inserts an entry for each missing record that a later one names. */
  private List<LogEntry> newestFirst(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = messages.size() - 1; i >= 0; i--) {
      StoredMessage message = messages.get(i);
      if (message.sequence() <= bounds.toSequence) {
        if (expected != message.sequence() && isMissing(expected, message.sequence())) {
          entries.add(ActorDamage.entry(actor.damage().missing(expected)));
        }
        entries.add(actor.entry(message));
        expected = actor.before(message);
      }
    }
    return entries;
  }

  /** Whether a message that a later one names is within the bounds and missing. */
  private boolean isMissing(long sequence, long from) {
    return sequence >= from && !actor.damage().isTrimmed(sequence);
  }
}
