package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a range of an actor's commits in pages, and decides how they are read. The read ends at the
 * actor's head, as the leader reports it for the first page. A short range is read with one burst
 * if the sequences of its commits are known, and otherwise with the skip pointers; a long one in
 * batches. Batches come from any replica; if one lags behind the head, the leader supplies the
 * rest. If a record is damaged or missing, the stream itself is read.
 */
public final class ActorHistory implements ActorReader {
  private final ActorLog actor;
  private final ActorRange range;
  private final ReadBounds bounds = new ReadBounds();

  /** Ensures that no version is left out silently. */
  private final GapCheck gapCheck;

  private final ForwardPages forward;
  private final BackwardPages backward;

  /** The head's version; empty until the first page is requested; 0: not known. */
  private OptionalLong latestVersion = OptionalLong.empty();

  /** Commits whose sequences were known; read while the head is. */
  private CompletableFuture<BurstReader.Burst> burst =
      CompletableFuture.completedFuture(BurstReader.Burst.NONE);

  /** All entries of a short range until they are returned, then an empty list. */
  private Optional<List<LogEntry>> shortRange = Optional.empty();

  /** Records after the last readable commit that may be lost; returned once, at the newest end. */
  private Optional<LogEntry> lostHead = Optional.empty();

  public ActorHistory(ActorLog actor, ActorRange range) {
    this.actor = actor;
    this.range = range;
    gapCheck = new GapCheck(actor.actor(), range.backwards());
    gapCheck.expect(range.backwards() ? 0 : range.from());
    forward = new ForwardPages(actor, bounds, gapCheck);
    backward = new BackwardPages(actor, bounds, gapCheck);
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    CompletableFuture<List<LogEntry>> next =
        latestVersion.isEmpty() ? locate().thenCompose(located -> first()) : page();
    return JetStreamErrors.mapped(
            range.backwards() && !backward.hasIndex()
                ? next.exceptionallyCompose(this::aroundDamageBackwards)
                : next)
        .thenApply(entries -> entries.isEmpty() ? takeLostHead() : entries);
  }

  @Override
  public boolean isAtEnd() {
    return shortRange.isPresent() && shortRange.get().isEmpty() && lostHead.isEmpty();
  }

  /** A backwards read begins with the entry for a lost head. */
  private CompletableFuture<List<LogEntry>> first() {
    return range.backwards() && lostHead.isPresent()
        ? CompletableFuture.completedFuture(takeLostHead())
        : page();
  }

  private List<LogEntry> takeLostHead() {
    List<LogEntry> entries = lostHead.map(List::of).orElse(List.of());
    lostHead = Optional.empty();
    return entries;
  }

  private CompletableFuture<List<LogEntry>> page() {
    if (shortRange.isPresent()) {
      List<LogEntry> entries = shortRange.get();
      shortRange = Optional.of(List.of());
      return CompletableFuture.completedFuture(entries);
    }
    if (bounds.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    return range.backwards() ? backward.next(lastVersion()) : forward.next(lastVersion());
  }

  /** The version that a complete read ends with; 0: any. */
  private long lastVersion() {
    return range.backwards() ? range.from() : Math.min(range.to(), latestVersion.orElseThrow());
  }

  private CompletableFuture<Void> locate() {
    // Begins before the head is known, so that the usual read of a short range takes one round.
    burst = actor.readKnown(Math.max(1, range.from()), range.to());
    CompletableFuture<Void> located =
        actor
            .readHead()
            .thenCompose(
                head -> {
                  long visible = head.last().map(last -> last.head().version()).orElse(0L);
                  if (range.to() > visible) {
                    lostHead = head.doubt().map(ActorDamage::entry);
                  }
                  return head.last().isEmpty() && head.doubt().isPresent()
                      ? withoutHead(0)
                      : locate(head.last());
                });
    return range.backwards() ? located : located.exceptionallyCompose(this::aroundDamage);
  }

  private CompletableFuture<Void> locate(Optional<LocatedCommit> last) {
    ActorHead head = last.map(LocatedCommit::head).orElse(ActorHead.NONE);
    latestVersion = OptionalLong.of(head.version());
    if (last.isEmpty() || range.from() > head.version()) {
      bounds.toSequence = 0;
      return CompletableFuture.completedFuture(null);
    }
    long from = Math.max(1, range.from());
    long to = Math.min(range.to(), head.version());
    if (range.backwards()) {
      gapCheck.expect(to);
      backward.startFrom(last.get());
    }
    if (Math.min(head.through().count(), to - from + 1) > SkipPointerReader.MAX_COMMITS) {
      return locateBounds(last.get());
    }
    return burst
        .thenCompose(known -> new ShortRange(actor, last.get(), from, to).read(known))
        .thenCompose(
            commits -> {
              shortRange = commits.map(this::inReadOrder);
              return shortRange.isPresent()
                  ? CompletableFuture.completedFuture(null)
                  : locateBounds(last.get());
            });
  }

  private List<LogEntry> inReadOrder(List<LocatedCommit> commits) {
    List<LogEntry> entries = new ArrayList<>();
    commits.forEach(commit -> entries.add(actor.entry(commit)));
    if (range.backwards()) {
      Collections.reverse(entries);
    }
    gapCheck.follow(entries);
    gapCheck.checkReached(lastVersion());
    return entries;
  }

  /** Finds the sequences at which the range begins and ends. */
  private CompletableFuture<Void> locateBounds(LocatedCommit last) {
    CompletableFuture<?> from =
        range.from() <= (range.backwards() ? 0 : 1)
            ? CompletableFuture.completedFuture(null)
            : commitWithVersion(last, range.from())
                .thenAccept(commit -> commit.ifPresent(bounds::startAt));
    CompletableFuture<?> to;
    if (range.to() >= last.head().version()) {
      bounds.endAt(last);
      to = CompletableFuture.completedFuture(null);
    } else {
      to =
          commitWithVersion(last, range.to()).thenAccept(commit -> commit.ifPresent(bounds::endAt));
    }
    return CompletableFuture.allOf(from, to);
  }

  private CompletableFuture<Optional<LocatedCommit>> commitWithVersion(
      LocatedCommit last, long version) {
    return Interpolation.near(actor, last, version)
        .thenCompose(near -> actor.commitWithVersion(near.head(), version));
  }

  /**
   * Locates the readable messages of an actor whose last message JetStream cannot read. JetStream
   * then returns no last message at all, although earlier ones may exist.
   */
  private CompletableFuture<Void> withoutHead(long after) {
    return actor
        .readableAfter(after)
        .thenCompose(
            next -> {
              if (next > 0) {
                return withoutHead(next);
              }
              everythingTo(after);
              return range.backwards() && after > 0
                  ? SequenceIndex.scan(actor, 1, after, GapCheck.notFound())
                      .thenAccept(backward::use)
                  : CompletableFuture.completedFuture(null);
            });
  }

  /**
   * If a record on the way to the range cannot be read, everything from the beginning on is read.
   * The reader gets an entry at the damaged position, and all the other commits.
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
    bounds.everythingTo(sequence);
  }

  /**
   * The same for a backwards read. The sequences of all records are determined first, since the
   * skip pointers of a damaged record cannot be followed.
   */
  private CompletableFuture<List<LogEntry>> aroundDamageBackwards(Throwable thrown) {
    boolean isTrimmed = StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED);
    if (isTrimmed && range.from() == 0 && bounds.toSequence > 0) {
      return untrimmedPage(thrown).exceptionallyCompose(this::aroundDamageBackwards);
    }
    if (!isDamage(thrown)) {
      return CompletableFuture.failedFuture(thrown);
    }
    CompletableFuture<Void> end =
        bounds.toSequence > 0
            ? CompletableFuture.completedFuture(null)
            : actor.lastSequence().thenAccept(this::everythingTo);
    return end.thenCompose(
            known -> SequenceIndex.scan(actor, bounds.fromSequence, bounds.toSequence, thrown))
        .thenCompose(
            sequences -> {
              backward.use(sequences);
              return page();
            });
  }

  /**
   * Reads the next page back to the first commit that was not trimmed. The caller asked for
   * everything that exists, so trimmed commits are no error.
   */
  private CompletableFuture<List<LogEntry>> untrimmedPage(Throwable trimmed) {
    return actor
        .firstKeptCommit()
        .thenCompose(
            first -> {
              if (first.isEmpty() || first.get().header().number() <= bounds.fromNumber) {
                return CompletableFuture.failedFuture(trimmed);
              }
              bounds.startAt(first.get());
              return page();
            });
  }
}
