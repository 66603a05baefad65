package dev.aether.server.store.jetstream.damage;

import dev.aether.server.concurrent.SingleFlight;
import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks records that are missing from logs. nats-server drops a record that it cannot read, or the
 * rest of its block, and then responds as if the records had never existed; but its stream state
 * counts them. So whoever reads an actor's head also checks the condition of the log. Each damage
 * is logged once. Thread-safe.
 */
public final class LogDamage {
  private static final Logger LOG = LoggerFactory.getLogger(LogDamage.class);

  /** A stream that its namespace needs counts as lost after it was missing for this long. */
  public static final Duration LOST_AFTER = Duration.ofSeconds(2);

  private static final Executor AFTER_DELAY =
      CompletableFuture.delayedExecutor(LOST_AFTER.toMillis(), TimeUnit.MILLISECONDS);

  private final JetStreamApi api;
  private final SingleFlight<LogStream, Inspection> inspections =
      new SingleFlight<>(this::readInspection);

  /** The last inspection of each log since this node connected. */
  private final Map<String, Inspection> currentInspections = new ConcurrentHashMap<>();

  private final Map<String, Long> accepted = new ConcurrentHashMap<>();

  /** The last inspection of each log, also from before this node connected. */
  private final Map<String, Inspection> lastInspections = new ConcurrentHashMap<>();

  /** Logs that end before a sequence that this node has seen in them. */
  private final Map<String, LogLoss> truncations = new ConcurrentHashMap<>();

  /** The highest sequence that this node has seen in each log with a single replica. */
  private final Map<String, AtomicLong> highestSeen = new ConcurrentHashMap<>();

  private final UnreadableRecords unreadable = new UnreadableRecords();

  /** The condition that the leader reported for a log, and the loss derived from it. */
  private record Inspection(LogCondition condition, LogLoss loss) {}

  /**
   * The result of a check of a log for one subject.
   *
   * @param records how many records of the subject JetStream counts
   * @param last the log's last sequence
   */
  public record Check(long records, long last, LogLoss loss) {}

  public LogDamage(JetStreamApi api) {
    this.api = api;
  }

  /** Checks a log, and counts the records of one subject, as the leader sees them. */
  public CompletableFuture<Check> check(LogStream stream, String subject) {
    Inspection known = currentInspections.get(stream.name());
    return known == null
        ? inspections.ask(stream).thenCompose(now -> check(stream, subject, now))
        : check(stream, subject, known);
  }

  /** Cheap, but does not show which records are missing, nor what was lost at the log's end. */
  private CompletableFuture<Check> check(LogStream stream, String subject, Inspection known) {
    long seenBefore = highest(stream);
    return api.info(stream.name(), subject)
        .thenApply(info -> LogCondition.of(info, subject))
        .thenCompose(
            condition -> {
              learn(stream, condition, seenBefore);
              Check check = new Check(condition.ofSubject(), condition.last(), LogLoss.NONE);
              return condition.hasMoreGapsThan(known.condition())
                  ? inspections.ask(stream).thenApply(now -> check)
                  : CompletableFuture.completedFuture(check);
            })
        .thenApply(check -> new Check(check.records(), check.last(), of(stream.name())));
  }

  /** The stream of a log. */
  LogStream stream(LogId log, int replicas) {
    return api.stream(log, replicas);
  }

  /** Reads from the leader which records are missing from a log. */
  CompletableFuture<?> inspect(LogStream stream) {
    return inspections.ask(stream);
  }

  /**
   * Requires a new inspection of every log, because the connection to JetStream was interrupted.
   */
  public void inspectAgain() {
    currentInspections.clear();
  }

  private CompletableFuture<Inspection> readInspection(LogStream stream) {
    long seenBefore = highest(stream);
    return api.infoWithDeleted(stream.name())
        .thenApply(
            info -> {
              LogCondition condition = LogCondition.of(info, "");
              learn(stream, condition, seenBefore);
              return evaluate(stream, condition, LogCondition.deleted(info));
            });
  }

  private synchronized Inspection evaluate(
      LogStream stream, LogCondition condition, List<Long> deleted) {
    Inspection before = lastInspections.get(stream.name());
    Inspection now =
        before == null || condition.isWorseThan(before.condition())
            ? new Inspection(condition, LogLoss.of(condition, deleted))
            : before;
    if (condition.isWhole()) {
      // After a restart, JetStream no longer reports that it lost records. This node keeps the
      // loss until the log has as many records again.
      LogLoss known = before == null ? LogLoss.NONE : before.loss();
      boolean shorter = condition.last() < known.acceptAt();
      now = new Inspection(condition, shorter ? known : LogLoss.NONE);
    } else if (now != before && now.loss().acceptAt() > condition.acceptedThrough()) {
      logLoss(stream, now.loss());
    }
    currentInspections.put(stream.name(), now);
    lastInspections.put(stream.name(), now);
    return now;
  }

  /**
   * Notes that a log has a record at a sequence. If the log ends before it later, the record was
   * lost. Ignored for a log with several replicas, since a deposed leader may also report an
   * earlier end.
   */
  public void seen(LogStream stream, long sequence) {
    if (!stream.hasFollowers()) {
      highestSeen
          .computeIfAbsent(stream.name(), name -> new AtomicLong())
          .accumulateAndGet(sequence, Math::max);
    }
  }

  private long highest(LogStream stream) {
    return Optional.ofNullable(highestSeen.get(stream.name())).map(AtomicLong::get).orElse(0L);
  }

  /** An operator has accepted losses up to this sequence, as far as this node knows. */
  public long acceptedThrough(LogStream stream) {
    return accepted.getOrDefault(stream.name(), 0L);
  }

  /** The loss of a log that was not accepted, as far as this node knows. */
  public Optional<LogLoss> of(LogStream stream) {
    return Optional.of(of(stream.name())).filter(loss -> !loss.isNone());
  }

  private LogLoss of(String stream) {
    Inspection last = lastInspections.get(stream);
    LogLoss missing = last == null ? LogLoss.NONE : unlessAccepted(stream, last.loss());
    LogLoss truncation = unlessAccepted(stream, truncations.getOrDefault(stream, LogLoss.NONE));
    return truncation.through() > missing.through() || missing.isNone() ? truncation : missing;
  }

  private LogLoss unlessAccepted(String stream, LogLoss loss) {
    return loss.acceptAt() <= accepted.getOrDefault(stream, 0L) ? LogLoss.NONE : loss;
  }

  /**
   * Describes all losses that were not accepted: one line for each log and each unreadable actor.
   */
  public List<String> report() {
    Set<String> streams = new TreeSet<>(lastInspections.keySet());
    streams.addAll(truncations.keySet());
    return Stream.concat(
            streams.stream()
                .filter(stream -> !of(stream).isNone())
                .map(stream -> stream + ": " + of(stream).description()),
            unreadable.report())
        .toList();
  }

  /** The actors' records that cannot be read. */
  public UnreadableRecords unreadable() {
    return unreadable;
  }

  /**
   * Fails with a loss if a log's stream is missing, and otherwise with the original failure. Some
   * servers of a cluster may not know a new stream yet, so the stream must be missing twice.
   *
   * @param isCurrent whether the registry's leader still has the log's incarnation
   */
  public <T> CompletableFuture<T> orLost(
      LogStream stream,
      String actor,
      Throwable thrown,
      Supplier<CompletableFuture<Boolean>> isCurrent) {
    return isDeleted(stream)
        .thenCompose(
            isDeleted ->
                isDeleted
                    ? CompletableFuture.supplyAsync(() -> stream, AFTER_DELAY)
                        .thenCompose(this::isDeleted)
                    : CompletableFuture.completedFuture(false))
        .thenCompose(
            isDeleted -> isDeleted ? isCurrent.get() : CompletableFuture.completedFuture(false))
        .exceptionally(failed -> false)
        .thenCompose(
            isDeleted -> CompletableFuture.failedFuture(isDeleted ? lost(stream, actor) : thrown));
  }

  private CompletableFuture<Boolean> isDeleted(LogStream stream) {
    return api.info(stream.name())
        .handle(
            (info, failed) ->
                failed != null && JetStreamErrors.isStreamMissing(JetStreamErrors.failure(failed)));
  }

  /** Reports that a log's stream is missing, with all its records. */
  public StoreException lost(LogStream stream, String actor) {
    String what = "its stream and all its records are gone";
    LogLoss all = new LogLoss(Long.MAX_VALUE, Long.MAX_VALUE, what);
    LogCondition none = new LogCondition(0, 0, 0, true, 0, 0, 0, 0);
    currentInspections.remove(stream.name());
    Inspection before = lastInspections.put(stream.name(), new Inspection(none, all));
    if (before == null || !before.loss().equals(all)) {
      LOG.error(
          "the log of namespace {} is lost: {} ({}). To restore it or delete the namespace, see"
              + " docs/operations/troubleshoot.md",
          stream.log().namespace(),
          what,
          stream.name());
    }
    return new StoreException.CorruptRecord(
        actor, stream.log().partition(), 0, "the log of the namespace is lost: " + what);
  }

  /** Forgets the logs of deleted namespaces. */
  void forgetAllBut(Set<String> streams) {
    currentInspections.keySet().retainAll(streams);
    lastInspections.keySet().retainAll(streams);
    truncations.keySet().retainAll(streams);
    accepted.keySet().retainAll(streams);
    highestSeen.keySet().retainAll(streams);
    unreadable.retainStreams(streams);
  }

  /** Forgets a log that was deleted on purpose; an older copy of it may be restored later. */
  public void forget(String stream) {
    currentInspections.remove(stream);
    lastInspections.remove(stream);
    truncations.remove(stream);
    accepted.remove(stream);
    highestSeen.remove(stream);
    unreadable.forget(stream);
  }

  /**
   * @param seenBefore the highest sequence that was seen before the condition was requested
   */
  private void learn(LogStream stream, LogCondition condition, long seenBefore) {
    accepted.put(stream.name(), condition.acceptedThrough());
    if (condition.last() < seenBefore) {
      truncated(stream, condition.last(), seenBefore);
    }
    seen(stream, condition.last());
  }

  /**
   * Reports a log that ends before a record that was stored: its end was cut off, or an older copy
   * was restored. Saves are not refused, because it cannot be determined which actors the lost
   * records belonged to and whether their versions were assigned again.
   */
  private void truncated(LogStream stream, long last, long seenBefore) {
    LogLoss loss =
        new LogLoss(
            0,
            seenBefore,
            "it ends at " + last + ", but record " + seenBefore + " had been stored");
    highestSeen.remove(stream.name());
    if (truncations.put(stream.name(), loss) == null) {
      logLoss(stream, loss);
    }
  }

  private static void logLoss(LogStream stream, LogLoss loss) {
    LOG.error(
        "the log of namespace {} is damaged: {} (stream {}). {}To restore it or accept the loss"
            + " of records up to {}, see docs/operations/troubleshoot.md",
        stream.log().namespace(),
        loss.description(),
        stream.name(),
        loss.through() == 0 ? "" : "Saves to actors whose last record may be lost are refused. ",
        loss.acceptAt());
  }
}
