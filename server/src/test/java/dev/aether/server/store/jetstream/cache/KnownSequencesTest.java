package dev.aether.server.store.jetstream.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownSequencesTest {
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final int SIZE = 300;

  /** The commits of an actor. */
  private static final class History {
    private final List<KnownSequences.Commit> commits = new ArrayList<>();
    private SkipPointers through = SkipPointers.EMPTY;
    private long sequence;
    private long version;

    KnownSequences.Commit add(long gap, int events) {
      sequence += gap;
      CommitHeader header =
          new CommitHeader(version + 1, version + events, 'a', DIGEST, through, "c" + sequence);
      version += events;
      through = through.push(sequence, version);
      KnownSequences.Commit commit = new KnownSequences.Commit(header, sequence, SIZE);
      commits.add(commit);
      return commit;
    }

    List<Long> sequences(int from, int to) {
      return commits.subList(from, to).stream().map(KnownSequences.Commit::sequence).toList();
    }
  }

  private final KnownSequences known = new KnownSequences(10_000_000);
  private final History history = new History();

  private KnownSequences.Known known() {
    return known.get("a").orElseThrow();
  }

  @Test
  void everyCommitOfAnActorIsKnownOnceItHasThree() {
    Random random = new Random(1);
    known.stored("a", history.add(7, 1));
    known.stored("a", history.add(1_000_000_000_000L, 3));
    assertTrue(known.get("a").isEmpty());
    for (int i = 2; i < 100; i++) {
      known.stored("a", history.add(1 + random.nextInt(1_000_000), 1 + random.nextInt(300)));
      assertEquals(history.sequences(0, i + 1), known().sequences());
    }
    assertEquals(
        history.commits.stream().map(commit -> commit.header().lastVersion()).toList(),
        known().lastVersions());
    assertEquals(1, known().firstNumber());
    assertEquals(0, known().versionBefore());
    assertEquals(SIZE, known().largest());
  }

  @Test
  void onlyTheNewestCommitsOfALongHistoryAreKept() {
    for (int i = 0; i < 3 * SequenceList.MAX_COMMITS; i++) {
      known.stored("a", history.add(50_000, 2));
    }
    int first = (int) known().firstNumber() - 1;
    assertTrue(known().size() >= SequenceList.MAX_COMMITS / 2);
    assertTrue(known().size() <= SequenceList.MAX_COMMITS);
    assertEquals(history.sequences(first, history.commits.size()), known().sequences());
    assertEquals(2L * first, known().versionBefore());
  }

  @Test
  void aCommitThatDoesNotFollowTheLastKnownOneIsNotAdded() {
    for (int i = 0; i < 5; i++) {
      known.stored("a", history.add(10, 1));
    }
    history.add(10, 1);
    known.stored("a", history.add(10, 1));
    assertEquals(history.sequences(0, 5), known().sequences());
    known.read("a", history.commits.subList(4, 7));
    assertEquals(history.sequences(0, 7), known().sequences());
  }

  @Test
  void anotherCommitInPlaceOfTheLastOneDropsTheActor() {
    for (int i = 0; i < 5; i++) {
      known.stored("a", history.add(10, 1));
    }
    KnownSequences.Commit last = history.commits.get(4);
    known.received("a", new KnownSequences.Commit(last.header(), last.sequence() + 1, SIZE));
    assertTrue(known.get("a").isEmpty());
  }

  @Test
  void actorsThatNobodyUsesHereTakeNoMemory() {
    for (int i = 0; i < 5; i++) {
      known.received("a", history.add(10, 1));
    }
    assertEquals(0, known.bytes());
  }

  @Test
  void memoryIsBoundedAndTheLeastRecentlyUsedActorsGoFirst() {
    KnownSequences bounded = new KnownSequences(100_000);
    for (int i = 0; i < 40; i++) {
      history.add(50_000, 1);
    }
    for (int actor = 0; actor < 10_000; actor++) {
      bounded.read("actor-" + actor, history.commits);
      bounded.get("actor-0");
      assertTrue(bounded.bytes() <= 100_000);
    }
    assertTrue(bounded.actors() > 100, bounded.actors() + " actors");
    assertTrue(bounded.get("actor-0").isPresent());
    assertTrue(bounded.get("actor-1").isEmpty());
    for (int actor = 0; actor < 10_000; actor++) {
      bounded.forget("actor-" + actor);
    }
    assertEquals(0, bounded.bytes());
  }
}
