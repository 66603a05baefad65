package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistoryCacheTest {

  @Test
  void dropsTheHistoriesUsedLongestAgoWhenItIsFull() {
    HistoryCache cache = new HistoryCache(10);
    cache.put("a", history(3));
    cache.put("b", history(3));
    assertTrue(cache.get("a").isPresent());

    cache.put("c", history(3));

    assertTrue(cache.get("a").isPresent());
    assertTrue(cache.get("b").isEmpty());
    assertTrue(cache.get("c").isPresent());
  }

  @Test
  void keepsTheNewestHistoryHoweverLargeItIs() {
    HistoryCache cache = new HistoryCache(10);
    cache.put("a", history(3));

    cache.put("b", history(100));

    assertTrue(cache.get("a").isEmpty());
    assertEquals(100, cache.get("b").orElseThrow().latestVersion());
  }

  @Test
  void whatIsForgottenMakesRoom() {
    HistoryCache cache = new HistoryCache(10);
    for (int i = 0; i < 100; i++) {
      cache.put("a", history(6));
      cache.forget("a");
    }
    cache.put("a", history(4));
    cache.put("b", history(4));

    assertTrue(cache.get("a").isPresent());
  }

  private static ActorHistory history(int events) {
    ActorHistory history = new ActorHistory();
    IntStream.rangeClosed(1, events).forEach(i -> history.add("e" + i, i));
    return history;
  }
}
