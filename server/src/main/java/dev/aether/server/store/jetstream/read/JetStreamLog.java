package dev.aether.server.store.jetstream.read;

import dev.aether.server.concurrent.SingleFlight;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.cache.KnownCommits;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.wire.RequestLimiter;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Whole logs: one stream each. */
public final class JetStreamLog implements CommitLog {
  private static final int PAGE_MESSAGES = 1000;

  private final JetStreamApi api;
  private final BatchReader batches;
  private final Namespaces namespaces;
  private final LogDamage damage;
  private final KnownCommits known;
  private final Timers timers;
  private final OrderedConsumers tails;

  /** For marks, of which a subscription over many logs asks one each. */
  private final RequestLimiter marks = new RequestLimiter();

  private final SingleFlight<LogId, Extent> extents = new SingleFlight<>(this::ask);

  public JetStreamLog(
      ActorLogs actors,
      Namespaces namespaces,
      KnownCommits known,
      Timers timers,
      OrderedConsumers tails) {
    this.api = actors.api();
    this.batches = actors.batches();
    this.damage = actors.damage();
    this.namespaces = namespaces;
    this.known = known;
    this.timers = timers;
    this.tails = tails;
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return extents.ask(log);
  }

  private CompletableFuture<Extent> ask(LogId log) {
    return orGone(log, api.info(SubjectCodec.stream(log)).thenApply(info -> extent(log, info)));
  }

  private Extent extent(LogId log, StreamInfo info) {
    StreamState state = info.getStreamState();
    long last = state.getLastSequence();
    // The last message may be gone, and then JetStream's time is not that of any.
    Mark head =
        state.getMsgCount() == 0 || state.getLastTime() == null
            ? Mark.at(last)
            : Mark.of(last, state.getLastTime().toInstant());
    return new Extent(first(log, state), head, info.getConfiguration().getReplicas() == 1);
  }

  /** What is missing at the beginning and was not accepted is not trimmed, but to be told of. */
  private long first(LogId log, StreamState state) {
    long first = state.getFirstSequence();
    return first - 1 <= damage.acceptedThrough(LogStream.of(log, 1)) ? first : 1;
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
                return withoutGap(stream, messages, after.position(), upTo);
              }
              verify(after, first);
              return messages.size() == 1
                  // Nothing comes after it, or it takes the page's room.
                  ? readOn(stream, Mark.at(after.position()), upTo, maxBytes)
                  : withoutGap(
                      stream, messages.subList(1, messages.size()), after.position(), upTo);
            });
  }

  /** Records up to where one is missing: then the leader is asked for it. */
  private CompletableFuture<Page> withoutGap(
      LogStream stream, List<StoredMessage> messages, long after, long upTo) {
    int sound = 0;
    long next = after + 1;
    long accepted = damage.acceptedThrough(stream);
    while (sound < messages.size()
        && (messages.get(sound).sequence() == next
            || messages.get(sound).sequence() - 1 <= accepted)) {
      next = messages.get(sound).sequence() + 1;
      sound++;
    }
    return sound == 0
        ? readFromLeader(stream, Mark.at(after), upTo)
        : CompletableFuture.completedFuture(page(stream, messages.subList(0, sound), upTo));
  }

  private static void verify(Mark expected, Mark found) {
    if (found.contradicts(expected)) {
      throw StoreException.commitsLost();
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
    long position = after.position();
    return api.next(stream, position + 1, SubjectCodec.prefix(stream.log()) + ">")
        .thenCompose(
            next ->
                next.isPresent() && next.get().sequence() == position + 1
                    ? CompletableFuture.completedFuture(page(stream, next.stream().toList(), upTo))
                    : nothingUpTo(
                        stream, position, next.map(at -> at.sequence() - 1).orElse(upTo), upTo));
  }

  /**
   * The leader has no record after a position and up to another: only who has all of the log up to
   * there may say so; a deposed leader has less.
   */
  private CompletableFuture<Page> nothingUpTo(
      LogStream stream, long after, long missingUpTo, long upTo) {
    long end = Math.min(missingUpTo, upTo);
    return damage
        .look(stream, "")
        .thenApply(
            look -> {
              if (look.last() < upTo) {
                throw JetStreamFailure.notDelivered("records that there are were not found");
              }
              boolean known = end <= after || end <= damage.acceptedThrough(stream);
              return new Page(known ? List.of() : List.of(missing(stream, after + 1, end)), end);
            });
  }

  private static LogEntry missing(LogStream stream, long from, long to) {
    String what = from == to ? "is" : "and those before it from " + from + " on are";
    return new LogEntry.Corrupt(
        stream.log().partition(),
        to,
        "",
        what + " missing from the log, and Aether deleted nothing");
  }

  private static Page page(LogStream stream, List<StoredMessage> messages, long upTo) {
    long last = messages.get(messages.size() - 1).sequence();
    return new Page(
        messages.stream()
            .filter(message -> message.sequence() <= upTo)
            .map(message -> CommitMessages.entry(stream.log(), message))
            .toList(),
        Math.min(last, upTo));
  }

  @Override
  public Tail tail(LogId log, Mark after, TailListener listener) {
    LogStream stream = LogStream.of(log, 1);
    return new LogTail(
            tails,
            timers,
            stream,
            after,
            this,
            damage,
            message -> known.received(stream.name(), message),
            () -> known.forgetLog(stream.name()),
            listener)
        .start();
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
                                stream(log, found).isPresent()
                                    ? damage.unlessGone(
                                        LogStream.of(log, 1),
                                        "",
                                        thrown,
                                        () ->
                                            namespaces
                                                .look(log.namespace())
                                                .thenApply(now -> stream(log, now).isPresent()))
                                    : CompletableFuture.failedFuture(
                                        StoreException.namespaceNotFound(log.namespace())))
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
                                StoreException.namespaceNotFound(log.namespace()))));
  }

  private static Optional<LogStream> stream(LogId log, Optional<Namespaces.Info> found) {
    return found
        .filter(info -> info.incarnation().equals(log.incarnation()))
        .map(info -> LogStream.of(log, info.replicas()));
  }
}
