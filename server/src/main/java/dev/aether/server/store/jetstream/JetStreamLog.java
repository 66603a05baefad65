package dev.aether.server.store.jetstream;

import dev.aether.server.codec.CorruptCommitException;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.Namespaces;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Whole logs: one stream each. */
final class JetStreamLog implements CommitLog {
  private static final int PAGE_MESSAGES = 1000;

  private final JetStreamApi api;
  private final BatchGets batches;
  private final Namespaces namespaces;
  private final VersionCache cache;
  private final CommitAges ages;
  private final RecentCommits recent;
  private final Tails tails;

  /** For marks, of which a subscription over many logs asks one each. */
  private final RequestGate marks = new RequestGate();

  private final SharedQuestions<LogId, Extent> extents = new SharedQuestions<>(this::ask);

  JetStreamLog(SaveTools tools, Tails tails) {
    this.api = tools.api();
    this.batches = tools.batches();
    this.namespaces = tools.namespaces();
    this.cache = tools.cache();
    this.ages = tools.ages();
    this.recent = tools.recent();
    this.tails = tails;
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return extents.ask(log);
  }

  private CompletableFuture<Extent> ask(LogId log) {
    return orGone(log, api.info(SubjectCodec.stream(log)).thenApply(JetStreamLog::extent));
  }

  private static Extent extent(StreamInfo info) {
    StreamState state = info.getStreamState();
    long last = state.getLastSequence();
    // The last message may be gone, and then JetStream's time is not that of any.
    Mark head =
        state.getMsgCount() == 0 || state.getLastTime() == null
            ? Mark.at(last)
            : Mark.of(last, state.getLastTime().toInstant());
    return new Extent(state.getFirstSequence(), head, info.getConfiguration().getReplicas() == 1);
  }

  @Override
  public CompletableFuture<Mark> mark(LogId log, long position) {
    return orGone(
        log, onStream(log, stream -> marks.pass(() -> markAsLeaderHasIt(stream, position))));
  }

  private CompletableFuture<Mark> markAsLeaderHasIt(LogStream stream, long position) {
    return api.next(stream, position, SubjectCodec.prefix(stream.log()) + ">")
        .thenApply(
            next ->
                next.map(StoredMessage::mark)
                    .filter(mark -> mark.position() == position)
                    .orElse(Mark.at(position)));
  }

  @Override
  public CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes) {
    return orGone(log, onStream(log, stream -> readOn(stream, after, upTo, maxBytes)));
  }

  /** The page begins with the message of the mark, to see that it is the same one. */
  private CompletableFuture<Page> readOn(LogStream stream, Mark after, long upTo, int maxBytes) {
    long from = after.isVerifiable() ? after.position() : after.position() + 1;
    return batches
        .get(stream, from, SubjectCodec.prefix(stream.log()) + ">", PAGE_MESSAGES, maxBytes)
        .thenCompose(
            messages -> {
              if (messages.isEmpty()) {
                return readFromLeader(stream, after, upTo);
              }
              Mark first = messages.get(0).mark();
              if (first.position() != after.position()) {
                return CompletableFuture.completedFuture(page(stream.log(), messages, upTo));
              }
              verify(after, first);
              return messages.size() == 1
                  // Nothing comes after it, or it takes the page's room.
                  ? readOn(stream, Mark.at(after.position()), upTo, maxBytes)
                  : CompletableFuture.completedFuture(
                      page(stream.log(), messages.subList(1, messages.size()), upTo));
            });
  }

  private static void verify(Mark expected, Mark found) {
    if (found.contradicts(expected)) {
      throw StoreException.CursorUnknown.commitsLost();
    }
  }

  /**
   * What a replica has nothing of, the leader either has or there is none: the log's newest may
   * have been purged.
   */
  private CompletableFuture<Page> readFromLeader(LogStream stream, Mark after, long upTo) {
    if (after.isVerifiable()) {
      return markAsLeaderHasIt(stream, after.position())
          .thenCompose(
              found -> {
                verify(after, found);
                return readFromLeader(stream, Mark.at(after.position()), upTo);
              });
    }
    LogId log = stream.log();
    return api.next(stream, after.position() + 1, SubjectCodec.prefix(log) + ">")
        .thenCompose(
            next ->
                next.isPresent()
                    ? CompletableFuture.completedFuture(page(log, List.of(next.get()), upTo))
                    : nothingUpTo(stream, upTo));
  }

  /** Only who has all of the log up to there may say so; a deposed leader has less. */
  private CompletableFuture<Page> nothingUpTo(LogStream stream, long upTo) {
    return api.info(stream.name())
        .thenApply(
            info -> {
              if (info.getStreamState().getLastSequence() < upTo) {
                throw JetStreamFailure.notDelivered("records that there are were not found");
              }
              return new Page(List.of(), upTo);
            });
  }

  private static Page page(LogId log, List<StoredMessage> messages, long upTo) {
    long last = messages.get(messages.size() - 1).sequence();
    return new Page(
        messages.stream()
            .filter(message -> message.sequence() <= upTo)
            .map(message -> CommitMessages.entry(log, message))
            .toList(),
        Math.min(last, upTo));
  }

  @Override
  public Tail tail(LogId log, Mark after, TailListener listener) {
    String stream = SubjectCodec.stream(log);
    MessageTail tail =
        tails.make(
            stream,
            after,
            message -> {
              learn(stream, message);
              listener.onEntry(CommitMessages.entry(log, message));
            },
            () -> {
              // They may know commits that were lost.
              cache.clear();
              ages.forget(stream);
              recent.forgetAll();
              listener.onLost();
            });
    tail.start();
    return new Tail() {
      @Override
      public Duration silence() {
        return tail.silence();
      }

      @Override
      public void close() {
        tail.close();
      }
    };
  }

  /** What other nodes stored, this node's saves learn here. */
  private void learn(String stream, StoredMessage message) {
    ages.reached(stream, message.sequence());
    try {
      CommitHeader header = CommitMessages.header(message);
      cache.updateKnown(message.subject(), ActorTip.after(header, message.sequence()));
      recent.saw(
          message.subject(),
          RecentCommits.Seen.of(header, message.sequence()),
          ages.tooOld(stream));
    } catch (CorruptCommitException e) {
      // The listener is told of the record as corrupt; what is learnt here is only a hint.
      return;
    }
  }

  /**
   * What failed since the log is gone fails so: the registry's leader is asked, since this node may
   * not have heard of it.
   */
  private <T> CompletableFuture<T> orGone(LogId log, CompletableFuture<T> answer) {
    return JetStreamErrors.mapped(answer)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.toStoreException(thrown).reason() == Reason.STORE_UNAVAILABLE
                    ? namespaces
                        .look(log.namespace())
                        .thenCompose(
                            found ->
                                CompletableFuture.failedFuture(
                                    stream(log, found).isPresent()
                                        ? thrown
                                        : new StoreException.NamespaceNotFound(log.namespace())))
                    : CompletableFuture.failedFuture(thrown));
  }

  private <T> CompletableFuture<T> onStream(
      LogId log, Function<LogStream, CompletableFuture<T>> then) {
    return namespaces
        .find(log.namespace())
        .thenCompose(
            found ->
                stream(log, found)
                    .map(then)
                    .orElseGet(
                        () ->
                            CompletableFuture.failedFuture(
                                new StoreException.NamespaceNotFound(log.namespace()))));
  }

  private static Optional<LogStream> stream(LogId log, Optional<Namespaces.Info> found) {
    return found
        .filter(info -> info.incarnation().equals(log.incarnation()))
        .map(info -> LogStream.of(log, info.replicas()));
  }
}
