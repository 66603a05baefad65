package dev.aether.server.store.jetstream;

import dev.aether.server.codec.CorruptCommitException;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.Namespaces;
import io.nats.client.api.StreamInfo;
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
  private final Tails tails;
  private final SharedQuestions<LogId, Extent> extents = new SharedQuestions<>(this::ask);

  JetStreamLog(
      JetStreamApi api, BatchGets batches, Namespaces namespaces, VersionCache cache, Tails tails) {
    this.api = api;
    this.batches = batches;
    this.namespaces = namespaces;
    this.cache = cache;
    this.tails = tails;
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return extents.ask(log);
  }

  private CompletableFuture<Extent> ask(LogId log) {
    return orGone(
        log,
        api.info(SubjectCodec.stream(log))
            .thenApply(StreamInfo::getStreamState)
            .thenApply(state -> new Extent(state.getFirstSequence(), state.getLastSequence())));
  }

  @Override
  public CompletableFuture<Page> read(LogId log, long after, long upTo, int maxBytes) {
    return orGone(
        log,
        onStream(
            log,
            stream ->
                batches
                    .get(stream, after + 1, SubjectCodec.prefix(log) + ">", PAGE_MESSAGES, maxBytes)
                    .thenCompose(
                        messages ->
                            messages.isEmpty()
                                ? readFromLeader(stream, after, upTo)
                                : CompletableFuture.completedFuture(page(log, messages, upTo)))));
  }

  /**
   * What a replica has nothing of, the leader either has or there is none: the log's newest may
   * have been purged.
   */
  private CompletableFuture<Page> readFromLeader(LogStream stream, long after, long upTo) {
    LogId log = stream.log();
    return api.next(stream, after + 1, SubjectCodec.prefix(log) + ">")
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
  public Tail tail(LogId log, long after, TailListener listener) {
    MessageTail tail =
        tails.make(
            SubjectCodec.stream(log),
            after,
            message -> {
              teachCache(message);
              listener.onEntry(CommitMessages.entry(log, message));
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

  /** What other nodes stored, this node's cache learns here. */
  private void teachCache(StoredMessage message) {
    try {
      CommitHeader header = CommitMessages.header(message);
      cache.updateKnown(message.subject(), ActorTip.after(header, message.sequence()));
    } catch (CorruptCommitException e) {
      // The listener is told of the record as corrupt; the cache is only a hint.
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
