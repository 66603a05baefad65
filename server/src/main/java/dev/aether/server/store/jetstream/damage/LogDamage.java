package dev.aether.server.store.jetstream.damage;

import dev.aether.server.concurrent.SingleFlight;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Quoting;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.time.Duration;
import java.util.Collections;
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
 * What this node knows of records that are missing from logs. nats-server drops a record that it
 * can't read, or the rest of its block, and then answers as if they had never been; but it counts
 * what is missing. So whoever looks for an actor's end looks at the log's condition at the same
 * time. Each damage is logged once. For any number of threads.
 */
public final class LogDamage {
  private static final Logger LOG = LoggerFactory.getLogger(LogDamage.class);

  /** How long a stream that its namespace needs must be missing to be taken for lost. */
  public static final Duration GONE_AFTER = Duration.ofSeconds(2);

  /** Unreadable records that are reported; of more than so many, the first. */
  private static final int MAX_UNREADABLE = 1000;

  private static final Executor WHEN_GONE_FOR_LONG =
      CompletableFuture.delayedExecutor(GONE_AFTER.toMillis(), TimeUnit.MILLISECONDS);

  private final JetStreamApi api;
  private final SingleFlight<LogStream, Found> inspections = new SingleFlight<>(this::inspected);

  /**
   * What was found when a log was last inspected; nothing for one that was not since connecting.
   */
  private final Map<String, Found> found = new ConcurrentHashMap<>();

  private final Map<String, Long> accepted = new ConcurrentHashMap<>();

  /** The same, also of those that were not inspected since. */
  private final Map<String, Found> lastFound = new ConcurrentHashMap<>();

  /** Logs that ended before what this node had heard of them. */
  private final Map<String, Extent> cuts = new ConcurrentHashMap<>();

  /** The highest sequence that this node has heard of in each log without replicas. */
  private final Map<String, AtomicLong> heard = new ConcurrentHashMap<>();

  /** What of actors can't be read, and what is wrong with it. */
  private final Map<Unread, String> unreadable = new ConcurrentHashMap<>();

  /** What of an actor can't be read: the record at a sequence, or, with 0, its newest ones. */
  private record Unread(String stream, String actor, long sequence) {}

  /** A log as it was inspected: what the leader said, and what follows from it. */
  private record Found(LogCondition condition, Extent extent) {}

  /**
   * What is missing.
   *
   * @param through an actor whose last record lies at or before this sequence may have had a later
   *     one
   * @param acceptAt the sequence through which a loss must be accepted to accept this one
   * @param what is missing, for people; empty: nothing
   */
  public record Extent(long through, long acceptAt, String what) {
    static final Extent NOTHING = new Extent(0, 0, "");

    boolean isNothing() {
      return what.isEmpty();
    }
  }

  /**
   * A log as it was looked at, for one actor.
   *
   * @param records of the actor that JetStream counts
   * @param last sequence of the log
   */
  public record Look(long records, long last, Extent missing) {}

  public LogDamage(JetStreamApi api) {
    this.api = api;
  }

  /** Looks at a log, and at what it has of one subject, as the leader sees it. */
  public CompletableFuture<Look> look(LogStream stream, String subject) {
    Found known = found.get(stream.name());
    return known == null
        ? inspections.ask(stream).thenCompose(now -> look(stream, subject, now))
        : look(stream, subject, known);
  }

  /** Which is cheap; but what was lost at its end, and which records are missing, it tells not. */
  private CompletableFuture<Look> look(LogStream stream, String subject, Found known) {
    long heardBefore = highest(stream);
    return api.info(stream.name(), subject)
        .thenApply(info -> LogCondition.of(info, subject))
        .thenCompose(
            condition -> {
              learn(stream, condition, heardBefore);
              Look look = new Look(condition.ofSubject(), condition.last(), Extent.NOTHING);
              return condition.hasMoreGapsThan(known.condition())
                  ? inspections.ask(stream).thenApply(now -> look)
                  : CompletableFuture.completedFuture(look);
            })
        .thenApply(look -> new Look(look.records(), look.last(), of(stream.name())));
  }

  /** Looks at all that the leader says of what is missing from a log. */
  CompletableFuture<?> inspect(LogStream stream) {
    return inspections.ask(stream);
  }

  /** All logs are to be inspected before they are looked at again: JetStream was out of sight. */
  public void distrust() {
    found.clear();
  }

  private CompletableFuture<Found> inspected(LogStream stream) {
    long heardBefore = highest(stream);
    return api.infoWithDeleted(stream.name())
        .thenApply(
            info -> {
              LogCondition condition = LogCondition.of(info, "");
              learn(stream, condition, heardBefore);
              return found(stream, condition, LogCondition.deleted(info));
            });
  }

  private synchronized Found found(LogStream stream, LogCondition condition, List<Long> deleted) {
    Found before = lastFound.get(stream.name());
    Found now =
        before == null || condition.isWorseThan(before.condition())
            ? new Found(condition, extent(condition, deleted))
            : before;
    if (condition.isWhole()) {
      // JetStream forgets at its restart that it lost records; here that is known until it has as
      // many again.
      Extent known = before == null ? Extent.NOTHING : before.extent();
      boolean shorter = condition.last() < known.acceptAt();
      now = new Found(condition, shorter ? known : Extent.NOTHING);
    } else if (now != before && now.extent().acceptAt() > condition.acceptedThrough()) {
      tell(stream, now.extent());
    }
    found.put(stream.name(), now);
    lastFound.put(stream.name(), now);
    return now;
  }

  /**
   * A log has a record at a sequence. One that ends before it later has lost it; of several
   * replicas a leader that was deposed may say so, too.
   */
  public void heard(LogStream stream, long sequence) {
    if (stream.replicas() == 1) {
      heard
          .computeIfAbsent(stream.name(), name -> new AtomicLong())
          .accumulateAndGet(sequence, Math::max);
    }
  }

  private long highest(LogStream stream) {
    return Optional.ofNullable(heard.get(stream.name())).map(AtomicLong::get).orElse(0L);
  }

  /** What is missing up to this sequence of a log was accepted, as far as this node has heard. */
  public long acceptedThrough(LogStream stream) {
    return accepted.getOrDefault(stream.name(), 0L);
  }

  /** What is missing from a log and was not accepted, as far as this node has heard. */
  public Optional<Extent> of(LogStream stream) {
    return Optional.of(of(stream.name())).filter(extent -> !extent.isNothing());
  }

  private Extent of(String stream) {
    Found last = lastFound.get(stream);
    Extent missing = last == null ? Extent.NOTHING : unlessAccepted(stream, last.extent());
    Extent cut = unlessAccepted(stream, cuts.getOrDefault(stream, Extent.NOTHING));
    return cut.through() > missing.through() || missing.isNothing() ? cut : missing;
  }

  private Extent unlessAccepted(String stream, Extent extent) {
    return extent.acceptAt() <= accepted.getOrDefault(stream, 0L) ? Extent.NOTHING : extent;
  }

  /** What is missing and not accepted, for people: a line for each log and unreadable actor. */
  public List<String> report() {
    Set<String> streams = new TreeSet<>(lastFound.keySet());
    streams.addAll(cuts.keySet());
    return Stream.concat(
            streams.stream()
                .filter(stream -> !of(stream).isNothing())
                .map(stream -> stream + ": " + of(stream).what()),
            unreadable.entrySet().stream()
                .map(
                    entry ->
                        entry.getKey().stream()
                            + ": actor "
                            + Quoting.quote(entry.getKey().actor())
                            + ": "
                            + entry.getValue())
                .sorted())
        .toList();
  }

  /**
   * Records of an actor can't be read. Logged and reported once.
   *
   * @param sequence of the record; 0: the actor's newest ones, which have no sequence to be told by
   */
  public void unreadable(LogStream stream, ActorId actor, long sequence, String what) {
    if (unreadable.size() < MAX_UNREADABLE
        && unreadable.putIfAbsent(new Unread(stream.name(), actor.value(), sequence), what)
            == null) {
      LOG.error(
          "the log of namespace {} is damaged: actor {}: {} (stream {}). To restore it, see"
              + " docs/operations.md",
          stream.log().namespace(),
          Quoting.quote(actor.value()),
          what,
          stream.name());
    }
  }

  /** An actor's newest record can be read. */
  public void newestReadable(LogStream stream, ActorId actor) {
    if (!unreadable.isEmpty()) {
      unreadable.remove(new Unread(stream.name(), actor.value(), 0));
    }
  }

  /**
   * A failure of what was asked of a log: that its stream is gone, if it is, and else the failure
   * itself. A cluster whose servers do not all know of a new stream yet may say that it is not
   * there, so that is asked twice.
   *
   * @param isCurrent whether the log is still one of its namespace, as the registry's leader has it
   */
  public <T> CompletableFuture<T> unlessGone(
      LogStream stream,
      String actor,
      Throwable thrown,
      Supplier<CompletableFuture<Boolean>> isCurrent) {
    return isGone(stream)
        .thenCompose(
            gone ->
                gone
                    ? CompletableFuture.supplyAsync(() -> stream, WHEN_GONE_FOR_LONG)
                        .thenCompose(this::isGone)
                    : CompletableFuture.completedFuture(false))
        .thenCompose(gone -> gone ? isCurrent.get() : CompletableFuture.completedFuture(false))
        .exceptionally(failed -> false)
        .thenCompose(gone -> CompletableFuture.failedFuture(gone ? gone(stream, actor) : thrown));
  }

  private CompletableFuture<Boolean> isGone(LogStream stream) {
    return api.info(stream.name())
        .handle(
            (info, failed) ->
                failed != null && JetStreamErrors.isStreamGone(JetStreamErrors.failure(failed)));
  }

  /** That a log's stream, and with it all that it had, is gone. */
  public StoreException gone(LogStream stream, String actor) {
    String what = "its stream is gone with all records";
    Extent all = new Extent(Long.MAX_VALUE, Long.MAX_VALUE, what);
    LogCondition none = new LogCondition(0, 0, 0, true, 0, 0, 0, 0);
    found.remove(stream.name());
    Found before = lastFound.put(stream.name(), new Found(none, all));
    if (before == null || !before.extent().equals(all)) {
      LOG.error(
          "the log of namespace {} is lost: {} ({}). To restore it or delete the namespace, see"
              + " docs/operations.md",
          stream.log().namespace(),
          what,
          stream.name());
    }
    return new StoreException.CorruptRecord(
        actor, stream.log().partition(), 0, "the log of the namespace is lost: " + what);
  }

  /** Forgets logs that are no namespace's any more. */
  void forgetAllBut(Set<String> streams) {
    found.keySet().retainAll(streams);
    lastFound.keySet().retainAll(streams);
    cuts.keySet().retainAll(streams);
    accepted.keySet().retainAll(streams);
    heard.keySet().retainAll(streams);
    unreadable.keySet().removeIf(actor -> !streams.contains(actor.stream()));
  }

  /**
   * @param heardBefore the highest sequence of the log that was heard of before it was asked for
   */
  private void learn(LogStream stream, LogCondition condition, long heardBefore) {
    accepted.put(stream.name(), condition.acceptedThrough());
    if (condition.last() < heardBefore) {
      cut(stream, condition.last(), heardBefore);
    }
    heard(stream, condition.last());
  }

  /**
   * A log ends before what was stored in it: its end was cut off, or an older copy was put back.
   * That is told; of whom the lost records were, and who may have been given their versions since,
   * nobody could say later, so it is no reason to refuse saves for good.
   */
  private void cut(LogStream stream, long last, long heardBefore) {
    Extent extent =
        new Extent(
            0,
            heardBefore,
            "it ends at " + last + ", but record " + heardBefore + " had been stored");
    heard.remove(stream.name());
    if (cuts.put(stream.name(), extent) == null) {
      tell(stream, extent);
    }
  }

  private static void tell(LogStream stream, Extent extent) {
    LOG.error(
        "the log of namespace {} is damaged: {} (stream {}). {}To restore it or accept the loss"
            + " of records up to {}, see docs/operations.md",
        stream.log().namespace(),
        extent.what(),
        stream.name(),
        extent.through() == 0 ? "" : "Saves to actors whose last record may be lost are refused. ",
        extent.acceptAt());
  }

  private static Extent extent(LogCondition condition, List<Long> deleted) {
    long last = Math.max(1, condition.last());
    boolean listed = condition.missing() == deleted.size();
    if (!listed || condition.highestLost() > 0 && !deleted.contains(condition.highestLost())) {
      // Of which actors they were is not known, and their sequences would be given again: that
      // would
      // cover the loss up. So nobody appends before it is accepted.
      long highest = Math.max(last, condition.highestLost());
      return new Extent(
          highest,
          highest,
          listed
              ? "JetStream lost records up to " + condition.highestLost()
              : Math.max(condition.missing(), deleted.size()) + " records are missing");
    }
    if (!deleted.isEmpty() || condition.first() > 1) {
      long low = condition.first() > 1 ? 1 : Collections.min(deleted);
      long high = deleted.isEmpty() ? condition.first() - 1 : Collections.max(deleted);
      long count = Math.max(0, condition.first() - 1) + deleted.size();
      String what =
          low == high
              ? "record " + low + " is missing"
              : count + " records from " + low + " to " + high + " are missing";
      return new Extent(high, high, what + ", which Aether did not delete");
    }
    return new Extent(
        0, last, "JetStream truncated the log by " + condition.lostBytes() + " bytes");
  }
}
