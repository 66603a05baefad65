package dev.aether.examples.projection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.SubscriptionStart;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SalesProjectionTest {
  private static final int COMMITS = 300;
  private static final int CUTS = 40;

  private @TempDir Path folder = Path.of("");

  @Test
  void withoutACursorNothingIsKept() throws Exception {
    try (SalesProjection projection = open()) {
      projection.onCommits(List.of(sale(1, "tea", 5)), null);
    }
    try (SalesProjection projection = open()) {
      assertEquals(Map.of(), projection.totals());
      assertEquals(SubscriptionStart.beginning(), projection.start());
    }
  }

  /**
   * Each run processes some commits, with a cursor now and then, and is interrupted at a random
   * point.
   */
  @Test
  void cutAnywhereItGoesOnAtItsCursorAndCountsEachSaleOnce() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    List<Commit> log = new ArrayList<>();
    for (int i = 1; i <= COMMITS; i++) {
      log.add(sale(i, "article " + random.nextInt(3), 1 + random.nextInt(100)));
    }
    for (int cut = 0; cut < CUTS; cut++) {
      try (SalesProjection projection = open()) {
        int from = position(projection.start());
        take(projection, log.subList(from, from + random.nextInt(log.size() - from + 1)), random);
      }
    }
    try (SalesProjection projection = open()) {
      projection.onCommits(log.subList(position(projection.start()), COMMITS), cursor(COMMITS));
      assertEquals(totals(log), projection.totals());
    }
  }

  private static void take(SalesProjection projection, List<Commit> commits, Random random) {
    for (Commit commit : commits) {
      boolean hasCursor = random.nextInt(5) == 0;
      projection.onCommits(List.of(commit), hasCursor ? cursor(commit.position()) : null);
    }
  }

  private SalesProjection open() throws Exception {
    return new SalesProjection(folder.resolve("sales.db").toString());
  }

  private static Cursor cursor(long position) {
    return Cursor.of(Long.toString(position));
  }

  private static int position(SubscriptionStart start) {
    return start instanceof SubscriptionStart.After after
        ? Integer.parseInt(after.cursor().toString())
        : 0;
  }

  private static Map<String, Total> totals(List<Commit> log) {
    Map<String, Total> totals = new java.util.TreeMap<>();
    for (Commit commit : log) {
      Sold sold = Sold.read(commit.events().get(0));
      totals.merge(sold.article(), new Total(1, sold.cents()), Total::plus);
    }
    return totals;
  }

  private static Commit sale(int position, String article, int cents) {
    NewEvent sold = Sold.CODEC.encode(new Sold(article, cents));
    Event event =
        new Event(
            "till",
            position,
            sold.type(),
            sold.data(),
            sold.contentType(),
            "event-" + position,
            "",
            Map.of(),
            Instant.EPOCH);
    return new Commit(
        "shop",
        "commit-" + position,
        "till",
        position,
        position,
        List.of(event),
        0,
        position,
        Instant.EPOCH);
  }
}
