package dev.aether.server.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ConflictCounts.Actor;
import dev.aether.server.event.ConflictCounts.Count;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConflictCountsTest {
  private static final Namespace NAMESPACE = new Namespace("orders");

  private final AtomicLong nanos = new AtomicLong(-5);
  private final ConflictCounts counts = new ConflictCounts(nanos::get);

  private void add(String actor, int times) {
    for (int i = 0; i < times; i++) {
      counts.add(NAMESPACE, new ActorId(actor));
    }
  }

  private static Count count(String actor, long conflicts) {
    return new Count(new Actor("orders", actor), conflicts, 0);
  }

  @Test
  void theActorsWithTheMostConflictsComeFirst() {
    add("a", 2);
    add("b", 3);
    add("c", 1);
    assertEquals(List.of(count("b", 3), count("a", 2)), counts.most(2));
  }

  @Test
  void conflictsAreForgottenAfterTwoPeriods() {
    add("a", 2);
    nanos.addAndGet(ConflictCounts.PERIOD.toNanos());
    add("a", 1);
    add("b", 2);
    assertEquals(List.of(count("a", 3), count("b", 2)), counts.most(9));
    nanos.addAndGet(ConflictCounts.PERIOD.toNanos());
    assertEquals(List.of(count("b", 2), count("a", 1)), counts.most(9));
    nanos.addAndGet(2 * ConflictCounts.PERIOD.toNanos());
    assertEquals(List.of(), counts.most(9));
  }

  @Test
  void amongManyActorsAFrequentOneIsKnownAndNoCountIsTooLow() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<String, Integer> exact = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      String actor = random.nextInt(10) == 0 ? "hot" : "a" + random.nextInt(20_000);
      exact.merge(actor, 1, Integer::sum);
      add(actor, 1);
    }
    List<Count> most = counts.most(Integer.MAX_VALUE);
    assertEquals(ConflictCounts.ACTORS, most.size(), "seed " + seed);
    assertEquals("hot", most.get(0).actor().id(), "seed " + seed);
    for (Count count : most) {
      int real = exact.getOrDefault(count.actor().id(), 0);
      assertTrue(
          count.conflicts() >= real && count.conflicts() - count.over() <= real,
          () -> "seed " + seed + ": " + count + " instead of " + real);
    }
  }
}
