package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.cli.json.JsonFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImportExecutorTest {
  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final ExecutorService elsewhere = Executors.newFixedThreadPool(2);

  @AfterEach
  void endThreads() {
    loop.shutdownNow();
    elsewhere.shutdownNow();
  }

  @Test
  void keepsEachActorsOrderAndWorksOnOneOfItsCommitsAtATime() throws Exception {
    Map<String, AtomicInteger> atWork = new HashMap<>();
    Map<String, List<Long>> done = new HashMap<>();
    ImportExecutor executor =
        new ImportExecutor(
            loop,
            commit -> {
              int together =
                  atWork
                      .computeIfAbsent(commit.actor().actorId(), id -> new AtomicInteger())
                      .incrementAndGet();
              assertEquals(1, together);
              return CompletableFuture.runAsync(() -> {}, elsewhere)
                  .thenRunAsync(
                      () -> {
                        done.computeIfAbsent(commit.actor().actorId(), id -> new ArrayList<>())
                            .add(commit.firstLine());
                        atWork.get(commit.actor().actorId()).decrementAndGet();
                      },
                      loop);
            });

    for (int i = 0; i < 3000; i++) {
      assertTrue(executor.give(commit("actor-" + i % 7, i)));
    }

    assertNull(executor.drain());
    assertEquals(7, done.size());
    done.values().forEach(lines -> assertEquals(lines.stream().sorted().toList(), lines));
    assertEquals(3000, done.values().stream().mapToInt(List::size).sum());
  }

  @Test
  void beginsNoMoreThanItsBoundAndHoldsNoMoreThanItsBound() throws Exception {
    ConcurrentLinkedQueue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();
    ImportExecutor executor = new ImportExecutor(loop, collect(begun));
    Future<Integer> giver =
        elsewhere.submit(
            () -> {
              int given = 0;
              while (given < ImportExecutor.MAX_ITEMS + 1) {
                executor.give(commit("actor-" + given, given));
                given++;
              }
              return given;
            });
    while (begun.size() < ImportExecutor.MAX_AT_WORK) {
      Thread.onSpinWait();
    }
    assertFalse(giver.isDone());

    begun.remove().complete(null);

    assertEquals(ImportExecutor.MAX_ITEMS + 1, giver.get());
    assertTrue(begun.size() <= ImportExecutor.MAX_AT_WORK);
  }

  @Test
  void beginsNothingAfterAFailureAndGivesIt() throws Exception {
    ConcurrentLinkedQueue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();
    ImportExecutor executor = new ImportExecutor(loop, collect(begun));
    assertTrue(executor.give(commit("a", 1)));
    assertTrue(executor.give(commit("a", 2)));
    while (begun.isEmpty()) {
      Thread.onSpinWait();
    }
    Exception failure = new Exception("no");

    begun.remove().completeExceptionally(failure);

    assertSame(failure, executor.drain());
    assertFalse(executor.give(commit("b", 3)));
    assertEquals(0, begun.size());
  }

  @Test
  void workThatIsDoneAtOnceCostsNoStack() throws Exception {
    ImportExecutor executor =
        new ImportExecutor(loop, commit -> CompletableFuture.completedFuture(null));

    for (int i = 0; i < 50_000; i++) {
      assertTrue(executor.give(commit("a", i)));
    }

    assertNull(executor.drain());
  }

  private static Function<ImportItem, CompletableFuture<Void>> collect(
      ConcurrentLinkedQueue<CompletableFuture<Void>> begun) {
    return commit -> {
      CompletableFuture<Void> work = new CompletableFuture<>();
      begun.add(work);
      return work;
    };
  }

  private static ImportCommit commit(String actor, long number) {
    try {
      String text = "{\"actorId\":\"" + actor + "\",\"eventType\":\"T\",\"data\":1}";
      ImportLine line = (ImportLine) ImportLineParser.parse(number, text);
      List<ImportEvent> events = List.of(new ImportEvent(line, "e", 1));
      return new ImportCommit(line.actor(), "c" + number, events, 10);
    } catch (JsonFault e) {
      throw new AssertionError(e);
    }
  }
}
