package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a range of an actor's commits in pages. What the leader says is the actor's end when the
 * first page is asked for is where it ends. A few commits are read by their skip pointers, many in
 * batches; those come from any replica, and one that is too short for the end is completed from the
 * leader. Where a record on the way is damaged or gone, the stream itself is read.
 */
public final class ActorHistory implements ActorReader {
  private static final int PAGE_COMMITS = 256;
  private static final int PAGE_BYTES = 1024 * 1024;

  /** The first page backwards is small, since nothing is known yet of the commits' sizes. */
  private static final int FIRST_BACKWARDS_COMMITS = 16;

  private final ActorLog actor;
  private final ActorRange range;

  /** Empty until the first page was asked for; 0: not known. */
  private OptionalLong latestVersion = OptionalLong.empty();

  /**
   * The oldest commit that was read backwards, or the actor's last: skip pointers lead on from it.
   */
  private Optional<ActorLog.Located> above = Optional.empty();

  /** Sequences still to read, both included; nothing if {@code from > to}. */
  private long fromSequence = 1;

  private long toSequence;

  /** All that there is to read, where that is little; the next page. */
  private Optional<List<LogEntry>> few = Optional.empty();

  /** Numbers of the oldest and the newest commit still to read, backwards. */
  private long fromNumber = 1;

  private long toNumber;

  /** What was read up to now, so that nothing is left out silently. */
  private final GapCheck chain;

  private int backwardsCommits = FIRST_BACKWARDS_COMMITS;

  /** What may have come after the actor's last commit and is lost; told once, at the end. */
  private Optional<LogEntry> lost = Optional.empty();

  /**
   * Backwards, the sequence of the message that must come next, as the one after it says; 0: none,
   * or it is not known.
   */
  private long expected;

  /** Where the commits still to read backwards lie, if their skip pointers don't tell. */
  private Optional<SequenceIndex> scanned = Optional.empty();

  public ActorHistory(ActorLog actor, ActorRange range) {
    this.actor = actor;
    this.range = range;
    chain = new GapCheck(actor.actor(), range.backwards());
    chain.expect(range.backwards() ? 0 : range.from());
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    CompletableFuture<List<LogEntry>> next =
        latestVersion.isEmpty() ? locate().thenCompose(located -> first()) : page();
    return JetStreamErrors.mapped(
            range.backwards() && scanned.isEmpty()
                ? next.exceptionallyCompose(this::aroundDamageBackwards)
                : next)
        .thenApply(entries -> entries.isEmpty() ? lostAtTheEnd() : entries);
  }

  /** Backwards, what is lost of the actor's end comes first. */
  private CompletableFuture<List<LogEntry>> first() {
    return range.backwards() && lost.isPresent()
        ? CompletableFuture.completedFuture(lostAtTheEnd())
        : page();
  }

  private List<LogEntry> lostAtTheEnd() {
    List<LogEntry> told = lost.map(List::of).orElse(List.of());
    lost = Optional.empty();
    return told;
  }

  private CompletableFuture<Void> locate() {
    CompletableFuture<Void> located =
        actor
            .end()
            .thenCompose(
                end -> {
                  long visible = end.last().map(last -> last.head().version()).orElse(0L);
                  if (range.to() > visible) {
                    lost = end.doubt().map(ActorHistory::entry);
                  }
                  return end.last().isEmpty() && end.doubt().isPresent()
                      ? withoutEnd(0)
                      : locate(end.last());
                });
    return range.backwards() ? located : located.exceptionallyCompose(this::aroundDamage);
  }

  /** JetStream finds no end where it can't read the last message; the others may be there. */
  private CompletableFuture<Void> withoutEnd(long after) {
    return actor
        .readableAfter(after)
        .thenCompose(
            next -> {
              if (next > 0) {
                return withoutEnd(next);
              }
              everythingTo(after);
              return range.backwards() && after > 0
                  ? SequenceIndex.scan(actor, 1, after, GapCheck.notFound())
                      .thenAccept(list -> scanned = Optional.of(list))
                  : CompletableFuture.completedFuture(null);
            });
  }

  private static LogEntry entry(StoreException.CorruptRecord damage) {
    return new LogEntry.Corrupt(
        damage.partition(), damage.position(), damage.actorId(), damage.why());
  }

  /**
   * Where a record on the way to the range can't be read, everything is read from the beginning:
   * the reader is told of the damage where it stands, and of the rest.
   */
  private CompletableFuture<Void> aroundDamage(Throwable thrown) {
    return isDamage(thrown)
        ? actor.lastSequence().thenAccept(this::everythingTo)
        : CompletableFuture.failedFuture(thrown);
  }

  private static boolean isDamage(Throwable thrown) {
    return Exceptions.unwrap(thrown) instanceof StoreException.CorruptRecord;
  }

  private void everythingTo(long sequence) {
    latestVersion = OptionalLong.of(0);
    fromSequence = 1;
    toSequence = sequence;
  }

  /** The same backwards: where the records lie is found out first, for none tells of the others. */
  private CompletableFuture<List<LogEntry>> aroundDamageBackwards(Throwable thrown) {
    boolean isTrimmed = StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED);
    if (isTrimmed && range.from() == 0 && toSequence > 0) {
      return whatIsKept(thrown).exceptionallyCompose(this::aroundDamageBackwards);
    }
    if (!isDamage(thrown)) {
      return CompletableFuture.failedFuture(thrown);
    }
    CompletableFuture<Void> end =
        toSequence > 0
            ? CompletableFuture.completedFuture(null)
            : actor.lastSequence().thenAccept(this::everythingTo);
    return end.thenCompose(known -> SequenceIndex.scan(actor, fromSequence, toSequence, thrown))
        .thenCompose(
            list -> {
              scanned = Optional.of(list);
              return page();
            });
  }

  /**
   * The next page, going back only as far as there is something; what is gone was not asked for.
   */
  private CompletableFuture<List<LogEntry>> whatIsKept(Throwable trimmed) {
    return actor
        .firstKeptCommit()
        .thenCompose(
            first -> {
              if (first.isEmpty() || first.get().header().number() <= fromNumber) {
                return CompletableFuture.failedFuture(trimmed);
              }
              fromNumber = first.get().header().number();
              fromSequence = first.get().sequence();
              return page();
            });
  }

  private CompletableFuture<Void> locate(Optional<ActorLog.Located> last) {
    ActorHead found = last.map(ActorLog.Located::head).orElse(ActorHead.NONE);
    latestVersion = OptionalLong.of(found.version());
    if (last.isEmpty() || range.from() > found.version()) {
      toSequence = 0;
      return CompletableFuture.completedFuture(null);
    }
    long from = Math.max(1, range.from());
    long to = Math.min(range.to(), found.version());
    if (range.backwards()) {
      chain.expect(to);
      above = last;
    }
    if (Math.min(found.through().count(), to - from + 1) > SkipPointerReader.MAX_COMMITS) {
      return locateEnds(last.get());
    }
    return Interpolation.near(actor, last.get(), to)
        .thenCompose(near -> actor.few(near, SkipPointerReader.Range.ofVersions(from, to)))
        .thenCompose(
            messages -> {
              few = messages.map(this::asAskedFor);
              return few.isPresent()
                  ? CompletableFuture.completedFuture(null)
                  : locateEnds(last.get());
            });
  }

  private List<LogEntry> asAskedFor(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    messages.forEach(message -> entries.add(actor.entry(message)));
    if (range.backwards()) {
      Collections.reverse(entries);
    }
    chain.follow(entries);
    chain.checkReached(lastAskedFor());
    return entries;
  }

  /** The version that a whole reading ends with; 0: whatever there is. */
  private long lastAskedFor() {
    return range.backwards() ? range.from() : Math.min(range.to(), latestVersion.orElseThrow());
  }

  /** Finds the ends of the range in the stream. */
  private CompletableFuture<Void> locateEnds(ActorLog.Located last) {
    ActorHead found = last.head();
    CompletableFuture<?> from =
        range.from() <= (range.backwards() ? 0 : 1)
            ? CompletableFuture.completedFuture(null)
            : holding(last, range.from())
                .thenAccept(
                    located ->
                        located.ifPresent(
                            at -> {
                              fromSequence = at.sequence();
                              fromNumber = at.header().number();
                            }));
    CompletableFuture<?> to;
    if (range.to() >= found.version()) {
      toSequence = found.sequence();
      toNumber = found.through().count();
      to = CompletableFuture.completedFuture(null);
    } else {
      to =
          holding(last, range.to())
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

  private CompletableFuture<Optional<ActorLog.Located>> holding(
      ActorLog.Located last, long version) {
    return Interpolation.near(actor, last, version)
        .thenCompose(near -> actor.holding(near.head(), version));
  }

  private CompletableFuture<List<LogEntry>> page() {
    if (few.isPresent()) {
      List<LogEntry> entries = few.get();
      few = Optional.of(List.of());
      return CompletableFuture.completedFuture(entries);
    }
    if (fromSequence > toSequence) {
      return CompletableFuture.completedFuture(List.of());
    }
    return range.backwards() ? backwards() : forwards();
  }

  private CompletableFuture<List<LogEntry>> forwards() {
    return actor
        .from(fromSequence, PAGE_COMMITS, PAGE_BYTES)
        .thenApply(
            messages -> {
              List<LogEntry> entries = entries(messages);
              fromSequence = last(messages).sequence() + 1;
              chain.follow(entries);
              if (fromSequence > toSequence) {
                chain.checkReached(lastAskedFor());
              }
              if (entries.isEmpty()) {
                throw GapCheck.notFound();
              }
              return entries;
            });
  }

  /** The newest commits still to read: read forwards, turned round. */
  private CompletableFuture<List<LogEntry>> backwards() {
    return newest()
        .thenApply(
            messages -> {
              List<LogEntry> entries = newestFirst(messages);
              toSequence = before(messages.get(0).sequence());
              above = actor.readable(messages.get(0)).or(() -> above);
              adaptBackwardsPage(messages);
              if (toSequence == 0 && isMissing(expected, fromSequence)) {
                entries.add(entry(actor.missing(expected)));
              }
              chain.follow(entries);
              if (toSequence == 0) {
                chain.checkReached(lastAskedFor());
              }
              if (entries.isEmpty()) {
                throw GapCheck.notFound();
              }
              return entries;
            });
  }

  /** Where the next page ends, which goes before a sequence; 0 if there is none. */
  private long before(long sequence) {
    if (scanned.isPresent()) {
      return scanned.get().before(sequence - 1, 1);
    }
    toNumber -= backwardsCommits;
    return toNumber < fromNumber ? 0 : sequence - 1;
  }

  private CompletableFuture<List<StoredMessage>> newest() {
    if (scanned.isPresent()) {
      long oldest = scanned.get().before(toSequence, backwardsCommits);
      return collect(Math.max(oldest, fromSequence), new ArrayList<>());
    }
    long oldest = Math.max(fromNumber, toNumber - backwardsCommits + 1);
    if (backwardsCommits > SkipPointerReader.MAX_COMMITS) {
      return newestFrom(oldest);
    }
    return actor
        .few(above.orElseThrow(), SkipPointerReader.Range.ofNumbers(oldest, toNumber))
        .thenCompose(
            found ->
                found
                    .map(this::notBeforeTheRange)
                    .map(CompletableFuture::completedFuture)
                    .orElseGet(() -> newestFrom(oldest)));
  }

  private List<StoredMessage> notBeforeTheRange(List<StoredMessage> messages) {
    return messages.stream().filter(message -> message.sequence() >= fromSequence).toList();
  }

  private CompletableFuture<List<StoredMessage>> newestFrom(long oldest) {
    return actor
        .numbered(above.orElseThrow().head(), oldest)
        .thenCompose(
            located -> collect(Math.max(located.sequence(), fromSequence), new ArrayList<>()));
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

  /** Messages in their order, and where one is missing before another, that. */
  private List<LogEntry> entries(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    long next = fromSequence;
    for (StoredMessage message : messages) {
      if (message.sequence() <= toSequence) {
        long before = actor.before(message);
        if (isMissing(before, next)) {
          entries.add(entry(actor.missing(before)));
        }
        entries.add(actor.entry(message));
        next = message.sequence() + 1;
      }
    }
    return entries;
  }

  /** The same, newest first. */
  private List<LogEntry> newestFirst(List<StoredMessage> messages) {
    List<LogEntry> entries = new ArrayList<>();
    for (int i = messages.size() - 1; i >= 0; i--) {
      StoredMessage message = messages.get(i);
      if (message.sequence() <= toSequence) {
        if (expected != message.sequence() && isMissing(expected, message.sequence())) {
          entries.add(entry(actor.missing(expected)));
        }
        entries.add(actor.entry(message));
        expected = actor.before(message);
      }
    }
    return entries;
  }

  /** Whether a message that another names is among those that would have been read, and lost. */
  private boolean isMissing(long sequence, long from) {
    return sequence >= from && !actor.isTrimmed(sequence);
  }

  private static StoredMessage last(List<StoredMessage> messages) {
    return messages.get(messages.size() - 1);
  }
}
