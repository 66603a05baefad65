package dev.aether.server.store.jetstream.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CommitAgesTest {
  private static final long WINDOW = CommitAges.WINDOW.toNanos();
  private static final long SECOND = 1_000_000_000;

  private long now = Long.MAX_VALUE - 10 * SECOND;
  private final CommitAges ages = new CommitAges(() -> now);

  @Test
  void nothingIsTooOldInALogOfWhichNothingWasSeen() {
    assertEquals(0, ages.tooOld("log"));
  }

  @Test
  void commitsFromBeforeTheWindowAreTooOld() {
    ages.reached("log", 7);
    now += WINDOW - 1;
    assertEquals(0, ages.tooOld("log"));
    now++;
    assertEquals(7, ages.tooOld("log"));
    assertEquals(0, ages.tooOld("another"));
  }

  @Test
  void recentCommitsAreNeverTooOldAndOthersSoonAreHoweverOftenTheLogGrows() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    NavigableMap<Long, Long> sequences = new TreeMap<>();
    long began = now;
    long sequence = 0;
    while (now - began < 10 * WINDOW) {
      now += random.nextInt(10) == 0 ? random.nextLong(WINDOW / 3) : random.nextLong(SECOND);
      sequence += 1 + random.nextInt(5);
      ages.reached("log", sequence);
      sequences.put(now - began, sequence);
      long tooOld = ages.tooOld("log");
      String when = "seed " + seed + " at " + (now - began);
      assertTrue(tooOld <= upTo(sequences, now - began - WINDOW), when);
      assertTrue(tooOld >= upTo(sequences, now - began - WINDOW - 11 * SECOND - WINDOW / 3), when);
    }
  }

  private static long upTo(NavigableMap<Long, Long> sequences, long time) {
    var entry = sequences.floorEntry(time);
    return entry == null ? 0 : entry.getValue();
  }

  @Test
  void aLogThatAssignsAnOldSequenceAgainIsForgotten() {
    ages.reached("log", 100);
    now += WINDOW;
    assertTrue(ages.stored("log", 101));
    assertEquals(100, ages.tooOld("log"));
    assertFalse(ages.stored("log", 60));
    assertEquals(0, ages.tooOld("log"));
    now += WINDOW;
    assertEquals(60, ages.tooOld("log"));
  }
}
