package dev.aether.server.store.jetstream.read;

import dev.aether.server.concurrent.SingleFlight;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
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
import dev.aether.server.store.jetstream.registry.CurrentIncarnation;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.wire.RequestLimiter;
import dev.aether.server.store.jetstream.wire.ScanConsumer;
import dev.aether.server.store.jetstream.wire.ScanConsumers;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Reads and follows complete logs; each log is one stream. */
public final class JetStreamLog implements CommitLog {
  private static final int PAGE_MESSAGES = 1000;

  /**
   * All subjects of a log's stream. With a narrower pattern, even one that all of them match,
   * nats-server (2.15.1) looks at the subjects of all actors for each request, and at the subject
   * of each message.
   */
  private static final String ALL = ">";

  private final JetStreamApi api;
  private final BatchReader batches;
  private final Namespaces namespaces;
  private final LogDamage damage;
  private final CurrentIncarnation current;
  private final KnownCommits known;
  private final Timers timers;
  private final OrderedConsumers consumers;
  private final ScanConsumers scans;

  /** Limits requests for markRequests, since a subscription to many logs requests one for each. */
  private final RequestLimiter markRequests = new RequestLimiter();

  private final SingleFlight<LogId, Extent> extents = new SingleFlight<>(this::readExtent);

  public JetStreamLog(
      ActorLogs actors,
      Namespaces namespaces,
      KnownCommits known,
      Timers timers,
      OrderedConsumers consumers,
      ScanConsumers scans) {
    this.api = actors.api();
    this.batches = actors.batches();
    this.damage = actors.damage();
    this.namespaces = namespaces;
    this.current = new CurrentIncarnation(namespaces, damage);
    this.known = known;
    this.timers = timers;
    this.consumers = consumers;
    this.scans = scans;
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return extents.ask(log);
  }

  private CompletableFuture<Extent> readExtent(LogId log) {
    return orDeleted(log, api.info(SubjectCodec.stream(log)).thenApply(info -> extent(log, info)));
  }

  private Extent extent(LogId log, StreamInfo info) {
    StreamState state = info.getStreamState();
    long last = state.getLastSequence();
    // The last message may be deleted; JetStream's time then belongs to no message.
    Mark head =
        state.getMsgCount() == 0 || state.getLastTime() == null
            ? Mark.at(last)
            : Mark.of(last, state.getLastTime().toInstant());
    return new Extent(
        first(log, state), head, state.getByteCount(), info.getConfiguration().getReplicas() == 1);
  }

  /**
   * Records missing at the beginning count as trimmed only if their loss was accepted. Otherwise
   * readers must be told of them.
   */
  private long first(LogId log, StreamState state) {
    long first = state.getFirstSequence();
    return first - 1 <= damage.acceptedThrough(LogStream.of(log, 1)) ? first : 1;
  }

  @Override
  public CompletableFuture<Mark> mark(LogId log, long position) {
    return orDeleted(
        log, withStream(log, stream -> markRequests.pass(() -> markFromLeader(stream, position))));
  }

  private CompletableFuture<Mark> markFromLeader(LogStream stream, long position) {
    return api.next(stream, position, ALL)
        .thenApply(
            next ->
                next.map(StoredMessage::mark)
                    .filter(mark -> mark.position() == position)
                    .orElse(Mark.at(position)));
  }

  @Override
  public CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes) {
    return orDeleted(log, withStream(log, stream -> continued(stream, after, upTo, maxBytes)));
  }

  /**
   * Reads on with the consumer of a long read, if there is one, and otherwise with direct gets; a
   * long read begins if many records are left.
   */
  private CompletableFuture<Page> continued(LogStream stream, Mark after, long upTo, int maxBytes) {
    ScanConsumer scan = scans.take(stream.name(), after).orElse(null);
    if (scan == null) {
      return readAfter(stream, after, upTo, maxBytes)
          .thenApply(page -> withScan(stream, page, upTo));
    }
    return scan.next(upTo, maxBytes)
        .thenCompose(
            messages -> {
              if (messages.isEmpty()) {
                scan.close();
                return readAfter(stream, after, upTo, maxBytes);
              }
              scans.put(stream.name(), messages.get(messages.size() - 1).mark(), scan);
              return CompletableFuture.completedFuture(page(stream, messages, upTo));
            });
  }

  private Page withScan(LogStream stream, Page page, long upTo) {
    if (upTo - page.end() > PAGE_MESSAGES && !page.entries().isEmpty()) {
      scans.begin(stream.name(), page.entries().get(page.entries().size() - 1).mark());
    }
    return page;
  }

  /**
   * Reads a page that begins with the message of the mark, to verify that it is the same message.
   */
  private CompletableFuture<Page> readAfter(LogStream stream, Mark after, long upTo, int maxBytes) {
    long from = after.isVerifiable() ? after.position() : after.position() + 1;
    return batches
        .get(stream, from, ALL, PAGE_MESSAGES, maxBytes)
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
                  // There is no message after it, or it fills the page.
                  ? readAfter(stream, Mark.at(after.position()), upTo, maxBytes)
                  : withoutGap(
                      stream, messages.subList(1, messages.size()), after.position(), upTo);
            });
  }

  /**
   * Returns the records up to the first gap. If the gap comes first, the leader is asked for the
   * missing record.
   */
  private CompletableFuture<Page> withoutGap(
      LogStream stream, List<StoredMessage> messages, long after, long upTo) {
    int complete = 0;
    long next = after + 1;
    long accepted = damage.acceptedThrough(stream);
    while (complete < messages.size()
        && (messages.get(complete).sequence() == next
            || messages.get(complete).sequence() - 1 <= accepted)) {
      next = messages.get(complete).sequence() + 1;
      complete++;
    }
    return complete == 0
        ? readFromLeader(stream, Mark.at(after), upTo)
        : CompletableFuture.completedFuture(page(stream, messages.subList(0, complete), upTo));
  }

  private static void verify(Mark expected, Mark found) {
    if (found.contradicts(expected)) {
      throw StoreException.commitsLost();
    }
  }

  /**
   * Asks the leader for records that a replica does not have. The leader may have none either,
   * since the log's newest records may have been purged.
   */
  private CompletableFuture<Page> readFromLeader(LogStream stream, Mark after, long upTo) {
    if (after.isVerifiable()) {
      return markFromLeader(stream, after.position())
          .thenCompose(
              found -> {
                verify(after, found);
                return readFromLeader(stream, Mark.at(after.position()), upTo);
              });
    }
    long position = after.position();
    return api.next(stream, position + 1, ALL)
        .thenCompose(
            next ->
                next.isPresent() && next.get().sequence() == position + 1
                    ? CompletableFuture.completedFuture(page(stream, next.stream().toList(), upTo))
                    : missingUpTo(
                        stream, position, next.map(at -> at.sequence() - 1).orElse(upTo), upTo));
  }

  /**
   * Returns an entry for records that the leader does not have. It is only believed if it has the
   * log up to the requested end, since a deposed leader has less.
   */
  private CompletableFuture<Page> missingUpTo(
      LogStream stream, long after, long lastMissing, long upTo) {
    long end = Math.min(lastMissing, upTo);
    return damage
        .check(stream, "")
        .thenApply(
            check -> {
              if (check.last() < upTo) {
                throw JetStreamFailure.notDelivered("existing records were not found");
              }
              boolean known = end <= after || end <= damage.acceptedThrough(stream);
              return new Page(known ? List.of() : List.of(missing(stream, after + 1, end)), end);
            });
  }

  private static LogEntry missing(LogStream stream, long from, long to) {
    String what = from == to ? "is" : "and the records before it from " + from + " on are";
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
            consumers,
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

  /** Fails with NAMESPACE_NOT_FOUND if the log was deleted: its positions mean nothing any more. */
  private <T> CompletableFuture<T> orDeleted(LogId log, CompletableFuture<T> answer) {
    return JetStreamErrors.mapped(current.unlessDeleted(log, answer, now -> deleted(log)));
  }

  private static <T> CompletableFuture<T> deleted(LogId log) {
    return CompletableFuture.failedFuture(StoreException.namespaceNotFound(log.namespace()));
  }

  private <T> CompletableFuture<T> withStream(
      LogId log, Function<LogStream, CompletableFuture<T>> then) {
    return namespaces
        .find(log.namespace())
        .thenCompose(found -> stream(log, found).map(then).orElseGet(() -> deleted(log)));
  }

  private Optional<LogStream> stream(LogId log, Optional<Namespaces.Info> found) {
    return found
        .filter(info -> info.incarnation().equals(log.incarnation()))
        .map(info -> api.stream(log, info.replicas()));
  }
}
