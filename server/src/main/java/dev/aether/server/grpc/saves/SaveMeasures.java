package dev.aether.server.grpc.saves;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.ConflictWithEvents;
import dev.aether.server.measure.Counter;
import dev.aether.server.measure.Distribution;
import dev.aether.server.measure.Measures;
import dev.aether.server.store.Saved;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Measures saves, of unary calls and of streams, by their outcome. Thread-safe. */
public final class SaveMeasures {
  private static final String NAME = "saves";
  private static final String HELP =
      "Saves that were answered, by outcome: stored, repeated (was already stored), refused (nothing"
          + " was stored), unknown, or failed (a bug)";

  /** A save that takes longer is slow, whatever the disk. */
  private static final Duration SLOW = Duration.ofSeconds(1);

  private final Counter stored;
  private final Counter repeated;
  private final Counter failed;
  private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
  private final Distribution durations;
  private final LongAdder storedCount = new LongAdder();
  private final LongAdder slowCount = new LongAdder();

  /** Registers all outcomes, so that each has a value from the start. */
  public SaveMeasures(Measures measures) {
    stored = counter(measures, "stored", "");
    repeated = counter(measures, "repeated", "");
    failed = counter(measures, "failed", "");
    for (Reason reason : Reason.values()) {
      String outcome = reason == Reason.OUTCOME_UNKNOWN ? "unknown" : "refused";
      refused.put(reason, counter(measures, outcome, reason.name()));
    }
    durations =
        measures.durations(
            "save.duration", "How long saves took that were stored, from request to answer");
  }

  private static Counter counter(Measures measures, String outcome, String reason) {
    return measures.counter(NAME, HELP, "outcome", outcome, "reason", reason);
  }

  /** Saves that were stored, or had been stored before. */
  public long stored() {
    return storedCount.sum();
  }

  /** Those of them that took longer than a second. */
  public long slow() {
    return slowCount.sum();
  }

  /**
   * Counts an answer.
   *
   * @param begin when the request arrived, as {@link System#nanoTime}
   */
  void answered(long begin, @Nullable Saved saved, @Nullable Throwable thrown) {
    if (saved != null) {
      (saved.replayed() ? repeated : stored).increment();
      long nanos = System.nanoTime() - begin;
      durations.record(nanos);
      storedCount.increment();
      if (nanos > SLOW.toNanos()) {
        slowCount.increment();
      }
    } else if (thrown != null) {
      failed(Exceptions.unwrap(thrown));
    }
  }

  private void failed(Throwable thrown) {
    Counter counter = failed;
    if (thrown instanceof StoreException known) {
      counter = refused.getOrDefault(known.reason(), failed);
    } else if (thrown instanceof ConflictWithEvents) {
      counter = refused.getOrDefault(Reason.VERSION_CONFLICT, failed);
    }
    counter.increment();
  }
}
