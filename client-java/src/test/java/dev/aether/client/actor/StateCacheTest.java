package dev.aether.client.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

final class StateCacheTest {
  @Test
  void beyondItsBoundTheOneUsedLongestAgoGoes() {
    StateCache<String> cache = new StateCache<>(2);
    cache.put(actor("a"));
    cache.put(actor("b"));
    assertEquals(actor("a"), cache.get("a"));
    cache.put(actor("c"));

    assertNull(cache.get("b"));
    assertEquals(actor("a"), cache.get("a"));
    assertEquals(actor("c"), cache.get("c"));
  }

  @Test
  void ofNoneItRemembersNothing() {
    StateCache<String> cache = new StateCache<>(0);
    cache.put(actor("a"));

    assertNull(cache.get("a"));
  }

  @Test
  void whatIsForgottenIsGone() {
    StateCache<String> cache = new StateCache<>(2);
    cache.put(actor("a"));
    cache.forget("a");

    assertNull(cache.get("a"));
  }

  private static Loaded<String> actor(String id) {
    return new Loaded<>(id, "state", 1);
  }
}
