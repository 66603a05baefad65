package dev.aether.server.store.jetstream.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SkipPointersTest {
  private static final long SEED = System.nanoTime();

  /**
   * A commit as a search finds it: its sequence, its versions, and the skip pointers over the
   * commits before it.
   */
  private record Node(long sequence, long first, long last, SkipPointers before) {}

  private static List<Node> history(int commits, Random random) {
    List<Node> nodes = new ArrayList<>();
    SkipPointers skipPointers = SkipPointers.EMPTY;
    long version = 0;
    long sequence = 0;
    for (int i = 0; i < commits; i++) {
      sequence += 1 + random.nextInt(5);
      long last = version + 1 + random.nextInt(3);
      nodes.add(new Node(sequence, version + 1, last, skipPointers));
      skipPointers = skipPointers.push(sequence, last);
      version = last;
    }
    return nodes;
  }

  private static Node at(List<Node> nodes, long sequence) {
    return nodes.stream().filter(node -> node.sequence() == sequence).findFirst().orElseThrow();
  }

  @Test
  void everyVersionIsFoundInLogarithmicallyManyReads() {
    System.out.println("seed " + SEED);
    Random random = new Random(SEED);
    for (int commits : new int[] {1, 2, 3, 4, 7, 8, 100, 1000}) {
      List<Node> nodes = history(commits, random);
      Node newest = nodes.get(nodes.size() - 1);
      SkipPointers through = newest.before().push(newest.sequence(), newest.last());
      int bound = 2 * (64 - Long.numberOfLeadingZeros(commits)) + 1;
      for (long version = 1; version <= newest.last(); version++) {
        int steps = 1;
        Node node = at(nodes, through.sequence(through.towardsVersion(version)));
        for (int pointer = node.before().towardsVersion(version);
            pointer >= 0;
            pointer = node.before().towardsVersion(version)) {
          node = at(nodes, node.before().sequence(pointer));
          steps++;
        }
        assertTrue(node.first() <= version && version <= node.last(), "version " + version);
        assertTrue(steps <= bound, steps + " steps among " + commits);
      }
      assertEquals(-1, through.towardsVersion(newest.last() + 1));
    }
  }

  @Test
  void everyCommitIsFoundByItsNumber() {
    List<Node> nodes = history(300, new Random(SEED));
    Node newest = nodes.get(nodes.size() - 1);
    SkipPointers through = newest.before().push(newest.sequence(), newest.last());
    for (int number = 1; number <= nodes.size(); number++) {
      Node node = at(nodes, through.sequence(through.towardsNumber(number)));
      for (int pointer = node.before().towardsNumber(number);
          pointer >= 0;
          pointer = node.before().towardsNumber(number)) {
        node = at(nodes, node.before().sequence(pointer));
      }
      assertEquals(nodes.get(number - 1), node);
      assertEquals(number, node.before().count() + 1);
    }
  }

  @Test
  void thereAreLogarithmicallyManyPointers() {
    SkipPointers skipPointers = SkipPointers.EMPTY;
    for (int i = 1; i <= 100_000; i++) {
      skipPointers = skipPointers.push(i, i);
      assertTrue(skipPointers.size() <= 17, () -> "pointers");
    }
    assertEquals(100_000, skipPointers.count());
  }

  @Test
  void pointersThatDoNotFitTheCountAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> SkipPointers.of(3, new long[] {1, 1, 2, 2}));
    assertThrows(IllegalArgumentException.class, () -> SkipPointers.of(0, new long[] {1, 1}));
  }
}
