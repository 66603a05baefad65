package dev.aether.server.ops;

import dev.aether.server.measure.Measures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong with this node now. Health, metrics and the log say the same because all of them
 * read it here. Each condition is logged when it begins, regularly while it lasts, and when it
 * ends. Thread-safe.
 */
public final class Conditions {
  private static final Logger LOG = LoggerFactory.getLogger(Conditions.class);

  private final LongSupplier nanoTime;

  /** Guarded by this. */
  private final Map<Condition, Lasting> present = new EnumMap<>(Condition.class);

  /** A condition that has not ended. Guarded by the outer object. */
  private static final class Lasting {
    final long since;
    long toldAt;
    String why;

    Lasting(long now, String why) {
      since = now;
      toldAt = now;
      this.why = why;
    }
  }

  /**
   * A condition that has not ended.
   *
   * @param why the reason, as text for people
   * @param since how long ago it began
   */
  public record Present(Condition condition, String why, Duration since) {}

  /** Nothing is wrong yet. */
  public Conditions() {
    this(System::nanoTime);
  }

  Conditions(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Registers a gauge for each condition: 1 while it lasts, otherwise 0. */
  public void measure(Measures measures) {
    for (Condition condition : Condition.values()) {
      measures.gauge(
          "condition",
          "1 while something is wrong with this node, otherwise 0",
          () -> why(condition).isPresent() ? 1 : 0,
          "condition",
          condition.label());
    }
  }

  /**
   * Sets whether a condition is present. Call it regularly.
   *
   * @param why the reason, as text for people; empty if it is not present
   */
  public synchronized void set(Condition condition, Optional<String> why) {
    long now = nanoTime.getAsLong();
    Lasting lasting = present.get(condition);
    if (why.isEmpty()) {
      if (lasting != null) {
        present.remove(condition);
        LOG.info("no longer, after {} s: {}", seconds(now - lasting.since), condition.title());
      }
    } else if (lasting == null) {
      present.put(condition, new Lasting(now, why.get()));
      tell(condition, condition.title() + ": " + why.get());
    } else {
      lasting.why = why.get();
      if (now - lasting.toldAt >= condition.toldEvery().toNanos()) {
        lasting.toldAt = now;
        long lasted = seconds(now - lasting.since);
        tell(condition, "for " + lasted + " s, " + condition.title() + ": " + why.get());
      }
    }
  }

  private static void tell(Condition condition, String text) {
    if (condition.isError()) {
      LOG.error("{}", text);
    } else {
      LOG.warn("{}", text);
    }
  }

  /** Why a condition is present; empty if it is not. */
  public synchronized Optional<String> why(Condition condition) {
    return Optional.ofNullable(present.get(condition)).map(lasting -> lasting.why);
  }

  /** Whether a condition is present. */
  public boolean has(Condition condition) {
    return why(condition).isPresent();
  }

  /** All that is wrong now. */
  public synchronized List<Present> present() {
    long now = nanoTime.getAsLong();
    List<Present> all = new ArrayList<>();
    present.forEach(
        (condition, lasting) ->
            all.add(new Present(condition, lasting.why, Duration.ofNanos(now - lasting.since))));
    return all;
  }

  private static long seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds();
  }
}
