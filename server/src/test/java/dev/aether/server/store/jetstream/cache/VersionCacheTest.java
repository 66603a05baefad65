package dev.aether.server.store.jetstream.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VersionCacheTest {
  private final VersionCache cache = new VersionCache(2);

  private static ActorHead head(long version, long sequence) {
    return new ActorHead(version, sequence, SkipPointers.EMPTY, 1, 0, 0);
  }

  @Test
  void theLatestHeadIsRemembered() {
    cache.update("a", head(1, 10));
    cache.update("a", head(2, 20));
    assertEquals(Optional.of(head(2, 20)), cache.get("a"));
  }

  @Test
  void anotherHeadAtTheSameSequenceReplacesTheOneOfALogThatWasRestored() {
    cache.update("a", head(2, 20));
    cache.update("a", head(6, 20));
    assertEquals(Optional.of(head(6, 20)), cache.get("a"));
  }

  @Test
  void anOlderHeadIsIgnored() {
    cache.update("a", head(2, 20));
    cache.update("a", head(1, 10));
    cache.updateKnown("a", head(1, 10));
    assertEquals(Optional.of(head(2, 20)), cache.get("a"));
  }

  @Test
  void theLeastRecentlyUsedActorIsEvictedFirst() {
    cache.update("a", head(1, 1));
    cache.update("b", head(1, 2));
    assertTrue(cache.get("a").isPresent());
    cache.update("c", head(1, 3));
    assertEquals(Optional.empty(), cache.get("b"));
    assertTrue(cache.get("a").isPresent());
    assertEquals(2, cache.size());
  }

  @Test
  void commitsOfOtherNodesToUnusedActorsTakeNoMemory() {
    cache.updateKnown("a", head(1, 1));
    assertEquals(0, cache.size());
    cache.update("a", head(1, 1));
    cache.updateKnown("a", head(2, 2));
    assertEquals(Optional.of(head(2, 2)), cache.get("a"));
  }

  @Test
  void aHeadThatTheLeaderDoesNotHaveIsForgottenUnlessANewerOneIsKnown() {
    cache.update("a", head(1, 1));
    cache.update("b", head(1, 1));
    cache.update("b", head(2, 2));
    cache.forget("a", 1);
    cache.forget("b", 1);
    assertEquals(Optional.empty(), cache.get("a"));
    assertEquals(Optional.of(head(2, 2)), cache.get("b"));
  }

  @Test
  void headsAreUnpackedAsTheyWerePackedWhateverTheirNumbers() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    VersionCache large = new VersionCache(1000);
    for (int actor = 0; actor < 1000; actor++) {
      ActorHead head = random(random, random.nextInt(40));
      large.update("aether.e.x.0.actor-" + actor, head);
      assertEquals(
          Optional.of(head), large.get("aether.e.x.0.actor-" + actor), "seed " + seed + "L");
    }
  }

  /** The head after a number of commits, with steps of all sizes between them. */
  private static ActorHead random(Random random, int commits) {
    SkipPointers skipPointers = SkipPointers.EMPTY;
    long sequence = 0;
    long version = 0;
    long previous = 0;
    int events = 0;
    for (int i = 0; i < commits; i++) {
      previous = sequence;
      sequence += 1 + (random.nextLong() >>> (8 + random.nextInt(56)));
      events = 1 + random.nextInt(1000);
      version += events;
      skipPointers = skipPointers.push(sequence, version);
    }
    return new ActorHead(version, sequence, skipPointers, events, random.nextLong(), previous);
  }

  @Test
  void subjectsWithTheSameHashAreDistinguished() {
    assertEquals("Aa".hashCode(), "BB".hashCode());
    cache.update("Aa", head(1, 1));
    assertEquals(Optional.empty(), cache.get("BB"));
    cache.update("BB", head(2, 2));
    assertEquals(Optional.of(head(1, 1)), cache.get("Aa"));
  }

  @Test
  void anActorTakesAtMostTwoHundredBytes() {
    int actors = 100_000;
    VersionCache full = new VersionCache(actors);
    long before = usedAfterCollection();
    Random random = new Random(1);
    long sequence = 0;
    for (int actor = 0; actor < actors; actor++) {
      SkipPointers skipPointers = SkipPointers.EMPTY;
      for (int commit = 1; commit <= 20; commit++) {
        sequence += random.nextInt(1, 100);
        skipPointers = skipPointers.push(sequence, commit);
      }
      String id = new UUID(random.nextLong(), random.nextLong()).toString();
      full.update(
          "aether.e.0123456789ab.0." + id,
          new ActorHead(20, sequence, skipPointers, 1, random.nextLong(), sequence - 50));
    }
    long each = (usedAfterCollection() - before) / actors;
    assertEquals(actors, full.size());
    assertTrue(each <= JetStreamStore.CACHED_ACTOR_BYTES, each + " bytes an actor");
    assertTrue(JetStreamStore.CACHED_ACTOR_BYTES <= 200);
  }

  private static long usedAfterCollection() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
