package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionCacheTest {
  private final VersionCache cache = new VersionCache(2);

  private static ActorTip tip(long version, long sequence) {
    return new ActorTip(version, sequence, Ladder.EMPTY, 1, 0);
  }

  @Test
  void itKnowsWhatItWasToldLast() {
    cache.update("a", tip(1, 10));
    cache.update("a", tip(2, 20));
    assertEquals(Optional.of(tip(2, 20)), cache.get("a"));
  }

  @Test
  void whatIsOlderThanWhatItKnowsChangesNothing() {
    cache.update("a", tip(2, 20));
    cache.update("a", tip(1, 10));
    cache.updateKnown("a", tip(1, 10));
    assertEquals(Optional.of(tip(2, 20)), cache.get("a"));
  }

  @Test
  void theLeastRecentlyUsedActorLeavesFirst() {
    cache.update("a", tip(1, 1));
    cache.update("b", tip(1, 2));
    assertTrue(cache.get("a").isPresent());
    cache.update("c", tip(1, 3));
    assertEquals(Optional.empty(), cache.get("b"));
    assertTrue(cache.get("a").isPresent());
    assertEquals(2, cache.size());
  }

  @Test
  void whatOtherNodesStoredOfActorsThatNobodyAsksForTakesNoRoom() {
    cache.updateKnown("a", tip(1, 1));
    assertEquals(0, cache.size());
    cache.update("a", tip(1, 1));
    cache.updateKnown("a", tip(2, 2));
    assertEquals(Optional.of(tip(2, 2)), cache.get("a"));
  }
}
