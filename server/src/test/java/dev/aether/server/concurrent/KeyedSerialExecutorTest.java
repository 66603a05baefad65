package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedSerialExecutorTest {
  private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture(null);

  private final List<String> begun = new ArrayList<>();

  @Test
  void tasksOfOneActorRunOneAfterAnotherInTheirOrder() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(100, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    run(lanes, "a", "first", first);
    run(lanes, "a", "second", second);
    run(lanes, "a", "third", DONE);
    assertEquals(List.of("first"), begun);
    first.complete("");
    assertEquals(List.of("first", "second"), begun);
    second.completeExceptionally(new IllegalStateException());
    assertEquals(List.of("first", "second", "third"), begun);
  }

  @Test
  void tasksOfDifferentActorsRunSideBySide() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(100, 1_000_000);
    run(lanes, "a", "one", new CompletableFuture<>());
    run(lanes, "b", "other", new CompletableFuture<>());
    assertEquals(List.of("one", "other"), begun);
  }

  @Test
  void moreThanTheNodesBoundAreRefusedAndNotRun() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(1, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(lanes, "a", "first", first);
    assertTrue(lanes.run("b", 1, () -> DONE).isPresent());
    first.complete("");
    assertTrue(lanes.run("b", 1, () -> DONE).isEmpty());
  }

  @Test
  void moreBytesThanTheNodesBoundAreRefusedUntilThereIsRoom() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(10, 100);
    CompletableFuture<String> first = new CompletableFuture<>();
    assertTrue(lanes.run("a", 60, () -> first).isEmpty());
    assertTrue(lanes.run("b", 41, () -> DONE).isPresent());
    assertTrue(lanes.run("b", 40, () -> DONE).isEmpty());
    first.complete("");
    assertTrue(lanes.run("b", 100, () -> DONE).isEmpty());
  }

  @Test
  void moreThanOneActorsBoundAreRefusedAndNotRun() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(10_000, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(lanes, "a", "first", first);
    int taken = 0;
    while (lanes.run("a", 1, () -> DONE).isEmpty()) {
      taken++;
    }
    assertEquals(1024, taken);
    assertTrue(lanes.run("b", 1, () -> DONE).isEmpty());
    first.complete("");
    assertTrue(lanes.run("a", 1, () -> DONE).isEmpty());
  }

  @Test
  void aTaskThatThrowsLetsTheNextOfItsActorRun() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(100, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(lanes, "a", "first", first);
    assertTrue(
        lanes
            .run(
                "a",
                1,
                () -> {
                  throw new IllegalStateException("planted by the test");
                })
            .isEmpty());
    run(lanes, "a", "third", DONE);
    first.complete("");
    assertEquals(List.of("first", "third"), begun);
    run(lanes, "a", "fourth", DONE);
    assertEquals(List.of("first", "third", "fourth"), begun);
  }

  @Test
  void manyTasksThatEndAtOnceTakeNoStack() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(10_000, 1_000_000);
    List<CompletableFuture<String>> gates =
        IntStream.range(0, 1000).mapToObj(i -> new CompletableFuture<String>()).toList();
    gates.forEach(gate -> run(lanes, "a", "task", gate));
    gates.subList(1, gates.size()).forEach(gate -> gate.complete(""));
    gates.get(0).complete("");
    assertEquals(1000, begun.size());
  }

  @Test
  void closingWaitsForWhatRuns() {
    KeyedSerialExecutor lanes = new KeyedSerialExecutor(10, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(lanes, "a", "first", first);
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> lanes.awaitEmpty(Duration.ofSeconds(30)));
    first.complete("");
    closing.orTimeout(10, TimeUnit.SECONDS).join();
  }

  private void run(
      KeyedSerialExecutor lanes, String actor, String name, CompletableFuture<?> task) {
    assertTrue(
        lanes
            .run(
                actor,
                1,
                () -> {
                  begun.add(name);
                  return task;
                })
            .isEmpty());
  }
}
