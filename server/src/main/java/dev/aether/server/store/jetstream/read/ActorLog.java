package dev.aether.server.store.jetstream.read;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Finds commits of one actor in its stream. Never blocks. */
public final class ActorLog {
  /** Damaged records at an actor's beginning that are passed over, one request each. */
  private static final int MAX_DAMAGED = 100;

  private static final int PAGE_BYTES = 1024 * 1024;

  private final JetStreamApi api;
  private final BatchReader batches;
  private final SkipPointerReader walks;
  private final LogDamage damage;
  private final LogStream stream;
  private final ActorId actor;
  private final String subject;

  public ActorLog(
      JetStreamApi api,
      BatchReader batches,
      SkipPointerReader walks,
      LogDamage damage,
      LogStream stream,
      ActorId actor) {
    this.api = api;
    this.batches = batches;
    this.walks = walks;
    this.damage = damage;
    this.stream = stream;
    this.actor = actor;
    this.subject = SubjectCodec.subject(stream.log(), actor);
  }

  public LogStream stream() {
    return stream;
  }

  ActorId actor() {
    return actor;
  }

  /** The subject that this actor's commits lie on, and no other's. */
  public String subject() {
    return subject;
  }

  /**
   * The actor's end as the stream's leader sees it.
   *
   * @return fails with a CorruptRecord if it can't be known
   */
  public CompletableFuture<ActorHead> head() {
    return end()
        .thenApply(
            end -> {
              if (end.doubt().isPresent()) {
                throw end.doubt().get();
              }
              return end.last().map(Located::head).orElse(ActorHead.NONE);
            });
  }

  /**
   * The actor's end as the stream's leader sees it.
   *
   * @param last commit that can be read
   * @param doubt why there may have been another after it
   */
  record End(Optional<Located> last, Optional<StoreException.CorruptRecord> doubt) {}

  /**
   * The actor's end, held against what the log says of its own condition. The two are looked at
   * side by side; so where they don't fit, the end is looked at again, which may have moved on
   * meanwhile: had it, it would fit what was counted before.
   */
  CompletableFuture<End> end() {
    CompletableFuture<LogDamage.Look> looked = damage.look(stream, subject);
    // Where both fail, what is said of the stream tells more than that nobody answers for it.
    return looked
        .thenCombine(last(), this::end)
        .thenCompose(
            end ->
                end.doubt().isEmpty()
                    ? CompletableFuture.completedFuture(end)
                    : looked.thenCombine(last(), this::end))
        .thenCombine(looked, this::told);
  }

  /** Tells of an actor that has more records than can be read, and of one that has no more. */
  private End told(End end, LogDamage.Look look) {
    long sequence = end.last().map(Located::sequence).orElse(0L);
    if (end.doubt().isEmpty()) {
      damage.newestReadable(stream, actor);
    } else if (look.missing().through() <= sequence) {
      damage.unreadable(stream, actor, 0, unreadable(look, sequence));
    }
    return end;
  }

  private static String unreadable(LogDamage.Look look, long sequence) {
    return "JetStream has "
        + look.records()
        + " records of the actor; of those after position "
        + sequence
        + " none can be read";
  }

  private CompletableFuture<Optional<Located>> last() {
    return api.last(stream, subject).thenApply(last -> last.map(this::located));
  }

  private End end(LogDamage.Look look, Optional<Located> last) {
    return new End(last, doubt(last, look));
  }

  private Optional<StoreException.CorruptRecord> doubt(
      Optional<Located> last, LogDamage.Look look) {
    long sequence = last.map(Located::sequence).orElse(0L);
    long number = last.map(commit -> commit.header().number()).orElse(0L);
    if (look.missing().through() > sequence) {
      return Optional.of(
          corrupt(
              look.missing().through(),
              "the log is damaged: "
                  + look.missing().what()
                  + "; whether the actor had a record among them is not known"));
    }
    if (look.records() > number) {
      return Optional.of(corrupt(sequence, unreadable(look, sequence)));
    }
    return Optional.empty();
  }

  private StoreException.CorruptRecord corrupt(long position, String why) {
    return new StoreException.CorruptRecord(actor.value(), stream.log().partition(), position, why);
  }

  private Located located(StoredMessage message) {
    return new Located(message.sequence(), header(message), message);
  }

  /** A message of this actor's as the commit that it is; empty if it is damaged. */
  Optional<Located> readable(StoredMessage message) {
    try {
      return Optional.of(located(message));
    } catch (StoreException.CorruptRecord damaged) {
      return Optional.empty();
    }
  }

  /** The sequence of the actor's last message, whatever that is; 0 for none. */
  CompletableFuture<Long> lastSequence() {
    return api.last(stream, subject)
        .thenApply(last -> last.map(StoredMessage::sequence).orElse(0L));
  }

  /**
   * The commit that holds a version, in O(log n) reads.
   *
   * @return empty if the actor has not reached the version
   */
  public CompletableFuture<Optional<Located>> holding(ActorHead head, long version) {
    int pointer = head.through().towardsVersion(version);
    return pointer < 0
        ? CompletableFuture.completedFuture(Optional.empty())
        : at(head.through().sequence(pointer))
            .thenCompose(located -> towardsVersion(located, version))
            .thenApply(Optional::of);
  }

  private CompletableFuture<Located> towardsVersion(Located from, long version) {
    int pointer = from.header().before().towardsVersion(version);
    return pointer < 0
        ? CompletableFuture.completedFuture(from)
        : at(from.header().before().sequence(pointer))
            .thenCompose(located -> towardsVersion(located, version));
  }

  /** The {@code number}th commit, from 1, which must not be above the head's; in O(log n) reads. */
  public CompletableFuture<Located> numbered(ActorHead head, long number) {
    return at(head.through().sequence(head.through().towardsNumber(number)))
        .thenCompose(located -> towardsNumber(located, number));
  }

  private CompletableFuture<Located> towardsNumber(Located from, long number) {
    int pointer = from.header().before().towardsNumber(number);
    return pointer < 0
        ? CompletableFuture.completedFuture(from)
        : at(from.header().before().sequence(pointer))
            .thenCompose(located -> towardsNumber(located, number));
  }

  private CompletableFuture<Located> at(long sequence) {
    return api.at(stream, sequence)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(located(found.get()))
                    : gone(sequence));
  }

  /** Whether it is known and accepted that what was at a sequence is gone. */
  public boolean isTrimmed(long sequence) {
    return sequence <= damage.acceptedThrough(stream);
  }

  /** What is said of a record of this actor's that is not there. */
  StoreException.CorruptRecord missing(long sequence) {
    damage.unreadable(stream, actor, sequence, "record " + sequence + " can't be found");
    return corrupt(sequence, "is missing from the log, and Aether deleted nothing");
  }

  /**
   * Whether the actor's message at a sequence, which this node knew, is lost, now that the actor
   * ends before it. Of several replicas, the one that said so may be a leader that was deposed.
   */
  public Optional<StoreException> lost(long sequence) {
    return stream.replicas() == 1 && !isTrimmed(sequence)
        ? Optional.of(missing(sequence))
        : Optional.empty();
  }

  /** Whether a version may be lost that a writer knows of and that comes after the actor's end. */
  public Optional<StoreException> lostUpTo(long lastSequence, long version) {
    return damage
        .of(stream)
        .map(
            missing ->
                corrupt(
                    lastSequence,
                    "version "
                        + Long.toUnsignedString(version)
                        + " is not there, and the log is damaged: "
                        + missing.what()));
  }

  /** What was at a sequence is gone: what comes after it is the first to be had again. */
  private CompletableFuture<Located> gone(long sequence) {
    if (!isTrimmed(sequence)) {
      return CompletableFuture.failedFuture(missing(sequence));
    }
    return firstFrom(sequence)
        .thenCompose(
            first ->
                CompletableFuture.failedFuture(
                    StoreException.historyTrimmed(actor, firstVersion(first))));
  }

  /**
   * The first version that was not trimmed, as the leader sees it; 0 for an actor without commits.
   * Damaged first records tell no version: it is 1 if they are all the commits before the first
   * that is readable, else what that one begins with.
   */
  public CompletableFuture<Long> firstKept() {
    return firstKept(1, 0);
  }

  private CompletableFuture<Long> firstKept(long sequence, int damagedBefore) {
    return api.next(stream, sequence, subject)
        .thenCompose(
            first -> {
              if (damagedBefore < MAX_DAMAGED && first.isPresent() && !isReadable(first.get())) {
                return firstKept(first.get().sequence() + 1, damagedBefore + 1);
              }
              Optional<Located> commit = first.map(this::located);
              boolean whole =
                  commit
                      .filter(
                          at ->
                              at.header().number() == damagedBefore + 1L
                                  || !isTrimmed(before(at.message())))
                      .isPresent();
              return CompletableFuture.completedFuture(
                  whole && number(commit) > 1 ? 1 : firstVersion(commit));
            });
  }

  private boolean isReadable(StoredMessage message) {
    return readable(message).isPresent();
  }

  private static long number(Optional<Located> commit) {
    return commit.map(at -> at.header().number()).orElse(0L);
  }

  private static long firstVersion(Optional<Located> commit) {
    return commit.map(at -> at.header().firstVersion()).orElse(0L);
  }

  /** The first commit that was not trimmed, as the leader sees it. */
  CompletableFuture<Optional<Located>> firstKeptCommit() {
    return firstFrom(1);
  }

  /** The next commit from a sequence on, as the leader sees it; empty if it is damaged. */
  CompletableFuture<Optional<Located>> readableFrom(long sequence) {
    return api.next(stream, sequence, subject).thenApply(next -> next.flatMap(this::readable));
  }

  private CompletableFuture<Optional<Located>> firstFrom(long sequence) {
    return api.next(stream, sequence, subject).thenApply(first -> first.map(this::located));
  }

  /** The commit of a message of this actor's, or what is wrong with it. */
  LogEntry entry(StoredMessage message) {
    return CommitMessages.entry(stream.log(), actor, message);
  }

  /**
   * The header of a message of this actor's.
   *
   * @throws StoreException.CorruptRecord if it has none that can be read
   */
  public CommitHeader header(StoredMessage message) {
    try {
      return CommitMessages.header(message);
    } catch (CorruptRecordException e) {
      throw new StoreException.CorruptRecord(
          actor.value(),
          stream.log().partition(),
          message.sequence(),
          String.valueOf(e.getMessage()));
    }
  }

  /**
   * Messages from a sequence on that is not beyond the actor's end, oldest first, at least one. A
   * replica that has nothing there lags, and then the leader gives one message; the same where a
   * replica left one out that a later one names as the one before it. That there is none at all
   * says that it can't be read now, never that there is nothing.
   */
  public CompletableFuture<List<StoredMessage>> from(long sequence, int maxCommits, int maxBytes) {
    return batches
        .get(stream, sequence, subject, maxCommits, maxBytes)
        .thenApply(messages -> stream.replicas() == 1 ? messages : withoutGap(messages, sequence))
        .thenCompose(
            messages ->
                messages.isEmpty() && stream.replicas() > 1
                    ? api.next(stream, sequence, subject)
                        .thenApply(next -> next.map(List::of).orElse(List.of()))
                    : CompletableFuture.completedFuture(messages))
        .thenApply(
            messages -> {
              if (messages.isEmpty()) {
                throw GapCheck.notFound();
              }
              return messages;
            });
  }

  /**
   * One of the actor's messages after a sequence that the leader can read, which may pass over
   * others; 0 if there is none.
   */
  CompletableFuture<Long> readableAfter(long sequence) {
    return stream.replicas() == 1
        ? batches
            .get(stream, sequence + 1, subject, BatchReader.MAX_MESSAGES, PAGE_BYTES)
            .thenApply(
                messages -> messages.isEmpty() ? 0L : messages.get(messages.size() - 1).sequence())
        : api.next(stream, sequence + 1, subject)
            .thenApply(next -> next.map(StoredMessage::sequence).orElse(0L));
  }

  /** The messages up to where one is missing. */
  private List<StoredMessage> withoutGap(List<StoredMessage> messages, long from) {
    long next = from;
    for (int i = 0; i < messages.size(); i++) {
      if (before(messages.get(i)) >= next) {
        return messages.subList(0, i);
      }
      next = messages.get(i).sequence() + 1;
    }
    return messages;
  }

  /**
   * The sequence of the actor's message before this one, as this one says; 0 if there is none, or
   * this one is damaged.
   */
  long before(StoredMessage message) {
    return readable(message)
        .map(commit -> commit.header().before())
        .filter(skipPointers -> skipPointers.size() > 0)
        .map(skipPointers -> skipPointers.sequence(0))
        .orElse(0L);
  }

  /**
   * A few commits, oldest first, by the skip pointers.
   *
   * @param newest a commit that none of them comes after
   * @return empty if that is no way to read them
   */
  CompletableFuture<Optional<List<StoredMessage>>> few(
      Located newest, SkipPointerReader.Range range) {
    return walks.read(this, newest, range);
  }

  /** A commit and where it is. */
  public record Located(long sequence, CommitHeader header, StoredMessage message) {
    /** The actor's end, if this is its last commit. */
    public ActorHead head() {
      return ActorHead.after(header, sequence);
    }
  }
}
