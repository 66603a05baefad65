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

  /** A page that is found to have more is dropped, and a shorter one is read. */
  private static final int MAX_BYTES = 2 * PAGE_BYTES;

  /** The first page is small, since the commits' sizes are not known yet. */
  private static final int FIRST_PAGE_COMMITS = 16;

  private final ActorLog actor;
  private final ReadBounds bounds;
  private final GapCheck gapCheck;
  private int pageCommits = FIRST_PAGE_COMMITS;

  /** The oldest commit read so far, or the actor's last: its skip pointers lead further back. */
  private Optional<LocatedCommit> oldestRead = Optional.empty();

  /**
   * The sequence of the next message to read: the end of the range, then as named by the message
   * after it; 0: there is none, or it is not known.
   */
  private long expected;

  /** Whether the first page was requested. */
  private boolean begun;

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
    if (!begun) {
      begun = true;
      expected = bounds.toSequence;
    }
    return index.isPresent() ? byIndex(index.get(), lastVersion) : byNumbers(lastVersion);
  }

  private CompletableFuture<List<LogEntry>> byNumbers(long lastVersion) {
    return newest()
        .thenApply(
            messages -> {
              List<LogEntry> entries = newestFirst(messages);
              if (entries.isEmpty()) {
                // Only messages after the page were found. The index shows what else there is.
                throw actor.damage().corrupt(bounds.toSequence, "cannot be read");
              }
              oldestRead = actor.readable(messages.get(0)).or(() -> oldestRead);
              bounds.toNumber -= pageCommits;
              return page(
                  messages,
                  entries,
                  bounds.toNumber < bounds.fromNumber ? 0 : messages.get(0).sequence() - 1,
                  lastVersion);
            });
  }

  /**
   * The index may name messages that another replica has, and that the one that responds now has
   * lost. So a page without entries is not the end of the range.
   */
  private CompletableFuture<List<LogEntry>> byIndex(SequenceIndex sequences, long lastVersion) {
    long from = Math.max(sequences.before(bounds.toSequence, pageCommits), bounds.fromSequence);
    return collect(from)
        .thenCompose(
            found -> {
              if (found.isEmpty()) {
                return byIndex(sequences, lastVersion);
              }
              List<StoredMessage> messages = found.get();
              List<LogEntry> entries = newestFirst(messages);
              if (entries.isEmpty()) {
                addMissing(
                    entries,
                    expected == 0 ? sequences.before(bounds.toSequence, 1) : expected,
                    from);
              }
              page(messages, entries, sequences.before(from - 1, 1), lastVersion);
              return entries.isEmpty() && bounds.toSequence > 0
                  ? byIndex(sequences, lastVersion)
                  : CompletableFuture.completedFuture(entries);
            });
  }

  /** Completes a page of entries. The next one ends at a sequence; 0: there is none. */
  private List<LogEntry> page(
      List<StoredMessage> messages, List<LogEntry> entries, long toSequence, long lastVersion) {
    bounds.toSequence = toSequence;
    adaptPageSize(messages);
    if (toSequence == 0) {
      addMissing(entries, expected, bounds.fromSequence);
    }
    gapCheck.follow(entries);
    if (toSequence == 0) {
      gapCheck.checkReached(lastVersion);
    }
    return entries;
  }

  /** The newest messages still to read, oldest first. */
  private CompletableFuture<List<StoredMessage>> newest() {
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

  private List<StoredMessage> withinBounds(List<LocatedCommit> commits) {
    return commits.stream()
        .filter(commit -> commit.sequence() >= bounds.fromSequence)
        .map(LocatedCommit::message)
        .toList();
  }

  private CompletableFuture<List<StoredMessage>> newestFrom(long oldest) {
    return actor
        .commitWithNumber(oldestRead.orElseThrow().head(), oldest)
        .thenCompose(located -> collect(Math.max(located.sequence(), bounds.fromSequence)))
        .thenCompose(
            found -> found.map(CompletableFuture::completedFuture).orElseGet(this::newest));
  }

  /**
   * Reads all messages from a sequence to the end of the range. Returns empty, after shortening the
   * page, if they are too large for one page.
   */
  private CompletableFuture<Optional<List<StoredMessage>>> collect(long from) {
    return collect(from, new ArrayList<>());
  }

  private CompletableFuture<Optional<List<StoredMessage>>> collect(
      long from, List<StoredMessage> into) {
    return actor
        .messagesFrom(from, pageCommits, PAGE_BYTES)
        .thenCompose(
            messages -> {
              into.addAll(messages);
              long last = messages.get(messages.size() - 1).sequence();
              if (last >= bounds.toSequence) {
                return CompletableFuture.completedFuture(Optional.of(into));
              }
              if (bytes(into) > MAX_BYTES && pageCommits > 1) {
                pageCommits = (int) Math.max(1, Math.min(pageCommits / 2, fitting(into)));
                return CompletableFuture.completedFuture(Optional.empty());
              }
              return collect(last + 1, into);
            });
  }

  /**
   * Assumes that the next page's commits are about as large as this page's. Pages grow slowly,
   * since one that turns out too large is read in vain.
   */
  private void adaptPageSize(List<StoredMessage> messages) {
    long longer = Math.min(PAGE_COMMITS, 2L * pageCommits);
    pageCommits = (int) Math.max(1, Math.min(longer, fitting(messages)));
  }

  /** How many commits fit into a page if all are as large as these. */
  private static long fitting(List<StoredMessage> messages) {
    return messages.size() * (long) PAGE_BYTES / Math.max(1, bytes(messages));
  }

  private static long bytes(List<StoredMessage> messages) {
    return messages.stream().mapToLong(message -> message.body().length).sum();
  }

  /** Decodes the messages, and inserts an entry for each missing record that a later one names. */
  private List<LogEntry> newestFirst(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = messages.size() - 1; i >= 0; i--) {
      StoredMessage message = messages.get(i);
      if (message.sequence() <= bounds.toSequence) {
        addMissing(entries, expected, message.sequence() + 1);
        entries.add(actor.entry(message));
        expected = actor.before(message);
      }
    }
    return entries;
  }

  /** Adds an entry for a missing message, unless it is before a sequence or was trimmed. */
  private void addMissing(List<LogEntry> entries, long sequence, long from) {
    if (sequence >= from && !actor.damage().isTrimmed(sequence)) {
      entries.add(ActorDamage.entry(actor.damage().missing(sequence)));
      expected = 0;
    }
  }
}
