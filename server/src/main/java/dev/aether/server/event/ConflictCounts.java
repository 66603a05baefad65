package dev.aether.server.event;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Which actors had the most version conflicts lately. It knows a limited number of actors: a new
 * one takes the place of the one with the fewest conflicts and begins with its count, so a count is
 * never too low, and too high by at most {@link Count#over} (the algorithm is Space-Saving, by
 * Metwally, Agrawal and El Abbadi). Thread-safe.
 */
public final class ConflictCounts {
  /** How many actors are known at a time. */
  public static final int ACTORS = 256;

  /** Counts are of the current period and the one before. */
  public static final Duration PERIOD = Duration.ofMinutes(5);

  private final LongSupplier nanos;

  /** Guarded by this, like the fields below. */
  private Map<Actor, Counter> current = new HashMap<>();

  private Map<Actor, Counter> previous = Map.of();
  private long began;
  private long total;

  /** An actor of a namespace. */
  public record Actor(String namespace, String id) {}

  /**
   * An actor's conflicts in the last five to ten minutes.
   *
   * @param over by how much the count may be too high
   */
  public record Count(Actor actor, long conflicts, long over) {}

  private static final class Counter {
    private long conflicts;
    private long over;
  }

  public ConflictCounts() {
    this(System::nanoTime);
  }

  ConflictCounts(LongSupplier nanos) {
    this.nanos = nanos;
    began = nanos.getAsLong();
  }

  /** Counts a conflict. */
  public synchronized void add(Namespace namespace, ActorId actor) {
    beginPeriod();
    total++;
    Actor key = new Actor(namespace.name(), actor.value());
    Counter counter = current.get(key);
    if (counter == null) {
      counter = new Counter();
      if (current.size() >= ACTORS) {
        Map.Entry<Actor, Counter> least =
            current.entrySet().stream()
                .min(Comparator.comparingLong(entry -> entry.getValue().conflicts))
                .orElseThrow();
        counter.over = least.getValue().conflicts;
        counter.conflicts = counter.over;
        current.remove(least.getKey());
      }
      current.put(key, counter);
    }
    counter.conflicts++;
  }

  /** All conflicts since the node began. */
  public synchronized long total() {
    return total;
  }

  /** The actors with the most conflicts, the most first. */
  public synchronized List<Count> most(int actors) {
    beginPeriod();
    return Stream.concat(current.keySet().stream(), previous.keySet().stream())
        .distinct()
        .map(this::count)
        .sorted(Comparator.comparingLong(Count::conflicts).reversed())
        .limit(actors)
        .toList();
  }

  private Count count(Actor actor) {
    Counter none = new Counter();
    Counter now = current.getOrDefault(actor, none);
    Counter before = previous.getOrDefault(actor, none);
    return new Count(actor, now.conflicts + before.conflicts, now.over + before.over);
  }

  private void beginPeriod() {
    long passed = nanos.getAsLong() - began;
    if (passed < PERIOD.toNanos()) {
      return;
    }
    previous = passed < 2 * PERIOD.toNanos() ? current : Map.of();
    current = new HashMap<>();
    began += passed / PERIOD.toNanos() * PERIOD.toNanos();
  }
}
