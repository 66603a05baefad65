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

/** Finds and reads the commits of one actor in its stream. Never blocks. */
public final class ActorLog {
  private static final int PAGE_BYTES = 1024 * 1024;

  private final JetStreamApi api;
  private final BatchReader batches;
  private final SkipPointerReader skipPointers;
  private final BurstReader bursts;
  private final ActorDamage damage;
  private final LogStream stream;
  private final ActorId actor;
  private final String subject;

  public ActorLog(
      JetStreamApi api,
      BatchReader batches,
      SkipPointerReader skipPointers,
      BurstReader bursts,
      LogDamage damage,
      LogStream stream,
      ActorId actor) {
    this.api = api;
    this.batches = batches;
    this.skipPointers = skipPointers;
    this.bursts = bursts;
    this.damage = new ActorDamage(damage, stream, actor);
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

  /** The subject of this actor's commits; no other actor uses it. */
  public String subject() {
    return subject;
  }

  /** Missing and unreadable records of this actor. */
  public ActorDamage damage() {
    return damage;
  }

  /**
   * The actor's head, as the stream's leader sees it.
   *
   * @return fails with a CorruptRecord if the head cannot be determined
   */
  public CompletableFuture<ActorHead> head() {
    return readHead()
        .thenApply(
            result -> {
              if (result.doubt().isPresent()) {
                throw result.doubt().get();
              }
              return result.last().map(LocatedCommit::head).orElse(ActorHead.NONE);
            });
  }

  /** Reads the last readable commit, and whether a later one may be lost. */
  CompletableFuture<HeadReader.Result> readHead() {
    return new HeadReader(api, this).read();
  }

  LocatedCommit located(StoredMessage message) {
    return new LocatedCommit(message.sequence(), header(message), message);
  }

  /** Decodes a message of this actor as a commit; empty if the message is damaged. */
  Optional<LocatedCommit> readable(StoredMessage message) {
    try {
      return Optional.of(located(message));
    } catch (StoreException.CorruptRecord damaged) {
      return Optional.empty();
    }
  }

  /** The sequence of the actor's last message, readable or not; 0 if it has none. */
  CompletableFuture<Long> lastSequence() {
    return api.last(stream, subject)
        .thenApply(last -> last.map(StoredMessage::sequence).orElse(0L));
  }

  /**
   * Finds the commit that contains a version, in O(log n) reads.
   *
   * @return empty if the version is above the head's
   */
  public CompletableFuture<Optional<LocatedCommit>> commitWithVersion(
      ActorHead head, long version) {
    int pointer = head.through().towardsVersion(version);
    return pointer < 0
        ? CompletableFuture.completedFuture(Optional.empty())
        : at(head.through().sequence(pointer))
            .thenCompose(located -> towardsVersion(located, version))
            .thenApply(Optional::of);
  }

  private CompletableFuture<LocatedCommit> towardsVersion(LocatedCommit from, long version) {
    int pointer = from.header().before().towardsVersion(version);
    return pointer < 0
        ? CompletableFuture.completedFuture(from)
        : at(from.header().before().sequence(pointer))
            .thenCompose(located -> towardsVersion(located, version));
  }

  /** Finds a commit by its number, in O(log n) reads. Numbers start at 1; at most the head's. */
  public CompletableFuture<LocatedCommit> commitWithNumber(ActorHead head, long number) {
    return at(head.through().sequence(head.through().towardsNumber(number)))
        .thenCompose(located -> towardsNumber(located, number));
  }

  private CompletableFuture<LocatedCommit> towardsNumber(LocatedCommit from, long number) {
    int pointer = from.header().before().towardsNumber(number);
    return pointer < 0
        ? CompletableFuture.completedFuture(from)
        : at(from.header().before().sequence(pointer))
            .thenCompose(located -> towardsNumber(located, number));
  }

  private CompletableFuture<LocatedCommit> at(long sequence) {
    return api.at(stream, sequence)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(located(found.get()))
                    : missing(sequence));
  }

  /** Fails because the record at a sequence is missing: as trimmed if the loss was accepted. */
  private CompletableFuture<LocatedCommit> missing(long sequence) {
    if (!damage.isTrimmed(sequence)) {
      return CompletableFuture.failedFuture(damage.missing(sequence));
    }
    return firstFrom(sequence)
        .thenCompose(
            first ->
                CompletableFuture.failedFuture(
                    StoreException.historyTrimmed(
                        actor, first.map(at -> at.header().firstVersion()).orElse(0L))));
  }

  /** The first version that was not trimmed, as {@link FirstKeptVersion} determines it. */
  public CompletableFuture<Long> firstKept() {
    return new FirstKeptVersion(api, this).find();
  }

  /** The first commit that was not trimmed, as the leader sees it. */
  CompletableFuture<Optional<LocatedCommit>> firstKeptCommit() {
    return firstFrom(1);
  }

  /** The first commit at or after a sequence, as the leader sees it; empty if it is damaged. */
  CompletableFuture<Optional<LocatedCommit>> readableFrom(long sequence) {
    return api.next(stream, sequence, subject).thenApply(next -> next.flatMap(this::readable));
  }

  private CompletableFuture<Optional<LocatedCommit>> firstFrom(long sequence) {
    return api.next(stream, sequence, subject).thenApply(first -> first.map(this::located));
  }

  /** The log entry for a commit of this actor, or for a damaged record if its body is damaged. */
  LogEntry entry(LocatedCommit commit) {
    return CommitMessages.entry(stream.log(), actor, commit.header(), commit.message());
  }

  /** The log entry for a message of this actor: a commit, or a damaged record. */
  LogEntry entry(StoredMessage message) {
    return CommitMessages.entry(stream.log(), actor, message);
  }

  /**
   * The header of a message of this actor.
   *
   * @throws StoreException.CorruptRecord if the header is missing or cannot be decoded
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
   * Reads the actor's messages from a sequence on, oldest first, at least one. The sequence must
   * not be after the actor's last message.
   *
   * <p>A replica that lags may have no message there, or may leave one out, which shows because the
   * next message names its predecessor. The leader is then asked for one message. If even the
   * leader has none, the read fails: the message exists but cannot be read now.
   */
  public CompletableFuture<List<StoredMessage>> messagesFrom(
      long sequence, int maxCommits, int maxBytes) {
    return batches
        .get(stream, sequence, subject, maxCommits, maxBytes)
        .thenApply(messages -> !stream.hasFollowers() ? messages : withoutGap(messages, sequence))
        .thenCompose(
            messages ->
                messages.isEmpty() && stream.hasFollowers()
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
   * The sequence of a later message of the actor that the leader can read, not necessarily the next
   * one; 0 if there is none.
   */
  CompletableFuture<Long> readableAfter(long sequence) {
    return !stream.hasFollowers()
        ? batches
            .get(stream, sequence + 1, subject, BatchReader.MAX_MESSAGES, PAGE_BYTES)
            .thenApply(
                messages -> messages.isEmpty() ? 0L : messages.get(messages.size() - 1).sequence())
        : api.next(stream, sequence + 1, subject)
            .thenApply(next -> next.map(StoredMessage::sequence).orElse(0L));
  }

  /** Returns the messages up to the first gap. */
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
   * The sequence of the actor's previous message, which this message's header names; 0 if there is
   * none, or if this message is damaged.
   */
  long before(StoredMessage message) {
    return readable(message)
        .map(commit -> commit.header().before())
        .filter(pointers -> pointers.size() > 0)
        .map(pointers -> pointers.sequence(0))
        .orElse(0L);
  }

  /**
   * Reads a short range of commits with the skip pointers, oldest first.
   *
   * @param newest a commit that is not before the end of the range
   * @return empty if the range has to be read in another way
   */
  CompletableFuture<Optional<List<LocatedCommit>>> readBySkipPointers(
      LocatedCommit newest, SkipPointerReader.Range range) {
    return skipPointers.read(this, newest, range);
  }

  /** Reads commits whose sequences this node knows, without waiting for the head. */
  CompletableFuture<BurstReader.Burst> readKnown(long fromVersion, long toVersion) {
    return bursts.read(this, fromVersion, toVersion);
  }

  /** Remembers the sequences of consecutive commits, oldest first. */
  void learn(List<LocatedCommit> commits) {
    bursts.learn(this, commits);
  }

  /** Completes with what was read, on a thread that may turn so many bytes into frames. */
  <T> CompletableFuture<T> handOver(T read, long bytes) {
    return bursts.handOver(read, bytes);
  }

  /** Forgets the sequences of this actor, which are not right. */
  void forgetSequences() {
    bursts.forget(this);
  }
}
