package dev.aether.server.store.jetstream.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.CommitId;
import dev.aether.server.store.jetstream.cache.RecentCommits.Answer;
import dev.aether.server.store.jetstream.cache.RecentCommits.Seen;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.SkipPointers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RecentCommitsTest {
  private static final String SUBJECT = "aether.e.0123456789.0.actor";
  private static final Answer NOT = new Answer.NotStored();

  private final RecentCommits recent = new RecentCommits(1 << 20);

  /** The heads by number of commits. */
  private final List<ActorHead> heads = new ArrayList<>(List.of(ActorHead.NONE));

  /** An actor's complete history, with commits c1, c2, c3 … at 10, 20, 30 … */
  private ActorHead head(int commits) {
    synchronized (heads) {
      for (int number = heads.size(); number <= commits; number++) {
        SkipPointers before = heads.get(number - 1).through();
        heads.add(
            ActorHead.after(
                new CommitHeader(number, number, 'a', "digest", before, "c" + number),
                10L * number));
      }
      return heads.get(commits);
    }
  }

  private Seen seen(int number) {
    return Seen.of(head(number));
  }

  private Answer ask(int commits, String id, long tooOld) {
    return recent.ask(SUBJECT, head(commits), new CommitId(id), tooOld, false);
  }

  private void store(int number, long tooOld) {
    recent.onStored(SUBJECT, head(number - 1), seen(number), tooOld);
  }

  @Test
  void anActorWithoutRecentCommitsNeedsNoReadAndNoEntry() {
    assertEquals(NOT, ask(0, "x", 0));
    assertEquals(NOT, ask(5, "c5", 50));
    store(6, 50);
    assertEquals(0, recent.actors());
  }

  @Test
  void theHeadHasTheIdOfASingleRecentCommit() {
    assertEquals(NOT, ask(5, "x", 40));
    assertEquals(new Answer.MaybeAfter(40), ask(5, "c5", 40));
  }

  @Test
  void recentCommitsThatWereNotSeenMustBeRead() {
    assertEquals(new Answer.Maybe(), ask(5, "x", 30));
  }

  @Test
  void commitsStoredByThisNodeAreKnownWithoutARead() {
    for (int number = 6; number < 100; number++) {
      assertEquals(NOT, ask(number - 1, "c" + number, 45));
      store(number, 45);
    }
    assertEquals(NOT, ask(99, "x", 45));
    for (int number = 5; number < 100; number++) {
      assertEquals(new Answer.MaybeAfter(40), ask(99, "c" + number, 45));
    }
  }

  @Test
  void commitsOfOtherNodesAreKnownIfNoneWasMissed() {
    store(6, 45);
    store(7, 45);
    recent.onCommit(SUBJECT, seen(8), 45);
    recent.onCommit(SUBJECT, seen(6), 45);
    assertEquals(NOT, ask(8, "x", 45));
    // The next commit is the head itself.
    assertEquals(NOT, ask(9, "x", 45));
    recent.onCommit(SUBJECT, seen(11), 45);
    assertEquals(new Answer.MaybeAfter(90), ask(11, "x", 45));
    assertEquals(new Answer.MaybeAfter(40), ask(11, "c7", 45));
    recent.onRead(SUBJECT, 90, false, List.of(seen(10), seen(11)), 45);
    assertEquals(NOT, ask(11, "x", 45));
    assertTrue(ask(11, "c10", 45) instanceof Answer.MaybeAfter);
  }

  @Test
  void commitsThatWereReadAreKnown() {
    recent.onRead(SUBJECT, 30, true, List.of(seen(4), seen(5)), 30);
    recent.onRead(SUBJECT, 50, false, List.of(seen(6)), 30);
    assertEquals(NOT, ask(6, "c3", 30));
    assertEquals(new Answer.MaybeAfter(30), ask(6, "c4", 30));
  }

  @Test
  void aReadThatDoesNotStartAtTheFirstRecentCommitIsNotKept() {
    recent.onRead(SUBJECT, 50, false, List.of(seen(6)), 30);
    assertEquals(new Answer.Maybe(), ask(6, "x", 30));
  }

  @Test
  void aRepeatIsSearchedAmongTheLatestCommitsHoweverOldTheyAre() {
    recent.onRead(SUBJECT, 30, true, List.of(seen(4), seen(5)), 30);
    CommitId id = new CommitId("c2");
    assertEquals(new Answer.Maybe(), recent.ask(SUBJECT, head(5), id, 30, true));
    recent.onRead(SUBJECT, 0, true, List.of(seen(1), seen(2), seen(3), seen(4), seen(5)), 30);
    assertEquals(new Answer.MaybeAfter(0), recent.ask(SUBJECT, head(5), id, 50, true));
  }

  @Test
  void oldCommitsAreDroppedAndRecentOnesStay() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    store(2, 0);
    int tooOld = 0;
    for (int number = 3; number < 20_000; number++) {
      tooOld = Math.max(tooOld, number - 1 - random.nextInt(200));
      store(number, 10L * tooOld);
      int young = tooOld + 1 + random.nextInt(number - tooOld);
      assertTrue(
          !ask(number, "c" + young, 10L * tooOld).equals(NOT),
          () -> "seed " + seed + " lost c" + young);
    }
    assertTrue(recent.bytes() < 20_000, recent.bytes() + " bytes");
  }

  @Test
  void beyondTheLimitTheLeastRecentlyUsedActorIsEvicted() {
    for (int actor = 0; actor < 10_000; actor++) {
      recent.onStored(SUBJECT + actor, head(1), seen(2), 0);
    }
    assertTrue(recent.bytes() <= 1 << 20);
    assertEquals(NOT, recent.ask(SUBJECT + 9_999, head(2), new CommitId("x"), 0, false));
    assertEquals(new Answer.Maybe(), recent.ask(SUBJECT + 0, head(2), new CommitId("x"), 0, false));
  }

  @Test
  void theCountedBytesAreAboutThoseInUse() {
    RecentCommits large = new RecentCommits(Long.MAX_VALUE);
    long before = usedAfterCollection();
    for (int actor = 0; actor < 20_000; actor++) {
      String subject = "aether.e.0123456789.0.01234567-89ab-cdef-0123-%012d".formatted(actor);
      for (int number = 2; number < 10; number++) {
        large.onStored(subject, head(number - 1), seen(number), 0);
      }
    }
    long used = usedAfterCollection() - before;
    assertEquals(20_000, large.actors());
    assertTrue(used <= large.bytes(), used + " bytes, counted " + large.bytes());
    assertTrue(used > large.bytes() / 2, used + " bytes, counted " + large.bytes());
  }

  private static long usedAfterCollection() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /**
   * A save may complete while this node processes its publish and the actor's next save is running.
   */
  @Test
  void manyThreadsMayReadAndWriteConcurrently() {
    store(2, 0);
    List<CompletableFuture<Void>> running = new ArrayList<>();
    for (int thread = 0; thread < 4; thread++) {
      running.add(
          CompletableFuture.runAsync(
              () -> {
                for (int number = 3; number < 3000; number++) {
                  store(number, 0);
                  ask(number, "x", 0);
                }
              }));
    }
    CompletableFuture.allOf(running.toArray(CompletableFuture<?>[]::new))
        .orTimeout(60, TimeUnit.SECONDS)
        .join();
    assertEquals(NOT, ask(2999, "x", 0));
    for (int number = 1; number < 3000; number++) {
      assertEquals(new Answer.MaybeAfter(0), ask(2999, "c" + number, 0));
    }
  }
}
