package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryCacheTest {

  @Test
  void dropsTheHistoriesUsedLongestAgoWhenItIsFull() {
    HistoryCache cache = new HistoryCache(10);
    cache.put(actor("a"), history(3));
    cache.put(actor("b"), history(3));
    assertTrue(cache.get(actor("a")).isPresent());

    cache.put(actor("c"), history(3));

    assertTrue(cache.get(actor("a")).isPresent());
    assertTrue(cache.get(actor("b")).isEmpty());
    assertTrue(cache.get(actor("c")).isPresent());
  }

  @Test
  void keepsTheNewestHistoryHoweverLargeItIs() {
    HistoryCache cache = new HistoryCache(10);
    cache.put(actor("a"), history(3));

    cache.put(actor("b"), history(100));

    assertTrue(cache.get(actor("a")).isEmpty());
    assertEquals(100, cache.get(actor("b")).orElseThrow().latestVersion());
  }

  @Test
  void whatIsForgottenMakesRoom() {
    HistoryCache cache = new HistoryCache(10);
    for (int i = 0; i < 100; i++) {
      cache.put(actor("a"), history(6));
      cache.forget(actor("a"));
    }
    cache.put(actor("a"), history(4));
    cache.put(actor("b"), history(4));

    assertTrue(cache.get(actor("a")).isPresent());
  }

  private static ActorKey actor(String id) {
    return new ActorKey("default", id);
  }

  private static KnownHistory history(int events) {
    KnownHistory history = new KnownHistory();
    IntStream.rangeClosed(1, events).forEach(i -> history.add("e" + i, i));
    return history;
  }
}
