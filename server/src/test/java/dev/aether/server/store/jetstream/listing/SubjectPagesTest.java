package dev.aether.server.store.jetstream.listing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Assembles pages from small blocks while subjects are added and deleted. */
class SubjectPagesTest {
  private final TreeSet<String> subjects = new TreeSet<>();
  private int questions;

  private CompletableFuture<SubjectBlock> block(int offset, int size) {
    questions++;
    List<String> all = List.copyOf(subjects);
    int from = Math.min(offset, all.size());
    int to = Math.min(all.size(), from + size);
    List<String> some = all.subList(from, to);
    return CompletableFuture.completedFuture(
        new SubjectBlock(offset, some, some.size() < size, questions));
  }

  private List<String> list(String prefix, int blockSize, int pageSize, Runnable between) {
    List<String> listed = new ArrayList<>();
    int offset = 0;
    while (true) {
      String after = listed.isEmpty() ? "" : listed.get(listed.size() - 1);
      SubjectPages.Page page =
          new SubjectPages(at -> block(at, blockSize), blockSize, prefix, after, pageSize)
              .from(offset)
              .join();
      assertTrue(page.subjects().size() <= pageSize);
      listed.addAll(page.subjects());
      if (page.isLast()) {
        return listed;
      }
      assertEquals(pageSize, page.subjects().size(), "a page that is not the last is full");
      offset = page.offset();
      between.run();
    }
  }

  @Test
  void allSubjectsOfAPrefixAreListedInOrderWithBlocksAndPagesOfAnySize() {
    IntStream.range(0, 40).forEach(i -> subjects.add("x.%02d".formatted(i)));
    for (String prefix : List.of("", "x.", "x.1", "x.39", "x.4", "w", "y", "x.0", "x.00")) {
      List<String> expected = subjects.stream().filter(s -> s.startsWith(prefix)).toList();
      for (int blockSize = 2; blockSize < 50; blockSize++) {
        for (int pageSize : new int[] {1, 3, 40, 100}) {
          assertEquals(expected, list(prefix, blockSize, pageSize, () -> {}));
        }
      }
    }
  }

  @Test
  void aSubjectThatStaysIsListedOnceWhileOthersAreAddedAndDeleted() {
    long seed = Long.getLong("aether.seed", System.nanoTime());
    System.out.println("-Daether.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      subjects.clear();
      IntStream.range(0, 60).forEach(i -> subjects.add("%02d".formatted(i)));
      Set<String> staying = new HashSet<>(subjects);
      List<String> listed =
          list(
              "",
              2 + random.nextInt(20),
              1 + random.nextInt(10),
              () -> {
                for (int gone = random.nextInt(8); gone > 0; gone--) {
                  String subject = "%02d".formatted(random.nextInt(60));
                  subjects.remove(subject);
                  staying.remove(subject);
                }
                subjects.add("%02d-%d".formatted(random.nextInt(60), random.nextInt()));
              });
      assertEquals(listed.size(), new HashSet<>(listed).size(), "twice");
      assertTrue(listed.containsAll(staying), "left out");
      assertEquals(listed.stream().sorted().toList(), listed);
    }
  }

  @Test
  void aPageStartsWhereThePreviousOneEnded() {
    IntStream.range(0, 1000).forEach(i -> subjects.add("%04d".formatted(i)));
    assertEquals(1000, list("", 100, 50, () -> {}).size());
    assertTrue(questions <= 20 + 12, () -> questions + " requests for 20 pages of 11 blocks");
  }
}
