package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedSerialExecutorTest {
  private static final CompletableFuture<?> DONE = CompletableFuture.completedFuture(null);

  private final List<String> begun = new ArrayList<>();

  private static KeyedSerialExecutor executor(int maxTasks, long maxBytes) {
    return new KeyedSerialExecutor(
        new KeyedSerialExecutor.Names("errands", "customer"), maxTasks, maxBytes);
  }

  @Test
  void tasksWithOneKeyRunOneAfterAnotherInTheirOrder() {
    KeyedSerialExecutor executor = executor(100, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    run(executor, "a", "first", first);
    run(executor, "a", "second", second);
    run(executor, "a", "third", DONE);
    assertEquals(List.of("first"), begun);
    first.complete("");
    assertEquals(List.of("first", "second"), begun);
    second.completeExceptionally(new IllegalStateException());
    assertEquals(List.of("first", "second", "third"), begun);
  }

  @Test
  void tasksWithDifferentKeysRunSideBySide() {
    KeyedSerialExecutor executor = executor(100, 1_000_000);
    run(executor, "a", "one", new CompletableFuture<>());
    run(executor, "b", "other", new CompletableFuture<>());
    assertEquals(List.of("one", "other"), begun);
  }

  @Test
  void moreThanTheLimitOfAllKeysAreRefusedAndNotRun() {
    KeyedSerialExecutor executor = executor(1, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(executor, "a", "first", first);
    assertEquals(
        Optional.of("unanswered errands on this node, limited to 1"),
        executor.run("b", 1, () -> DONE));
    first.complete("");
    assertTrue(executor.run("b", 1, () -> DONE).isEmpty());
  }

  @Test
  void moreBytesThanTheLimitAreRefusedUntilThereIsRoom() {
    KeyedSerialExecutor executor = executor(10, 100);
    CompletableFuture<String> first = new CompletableFuture<>();
    assertTrue(executor.run("a", 60, () -> first).isEmpty());
    assertEquals(
        Optional.of("bytes of unanswered errands on this node, limited to 100"),
        executor.run("b", 41, () -> DONE));
    assertTrue(executor.run("b", 40, () -> DONE).isEmpty());
    first.complete("");
    assertTrue(executor.run("b", 100, () -> DONE).isEmpty());
  }

  @Test
  void moreThanTheLimitOfOneKeyAreRefusedAndNotRun() {
    KeyedSerialExecutor executor = executor(10_000, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(executor, "a", "first", first);
    int taken = 0;
    Optional<String> limit = executor.run("a", 1, () -> DONE);
    while (limit.isEmpty()) {
      taken++;
      limit = executor.run("a", 1, () -> DONE);
    }
    assertEquals(1024, taken);
    assertEquals(
        Optional.of("errands waiting for one customer on this node, limited to 1024"), limit);
    assertTrue(executor.run("b", 1, () -> DONE).isEmpty());
    first.complete("");
    assertTrue(executor.run("a", 1, () -> DONE).isEmpty());
  }

  @Test
  void aTaskThatThrowsLetsTheNextWithItsKeyRun() {
    KeyedSerialExecutor executor = executor(100, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(executor, "a", "first", first);
    assertTrue(
        executor
            .run(
                "a",
                1,
                () -> {
                  throw new IllegalStateException("planted by the test");
                })
            .isEmpty());
    run(executor, "a", "third", DONE);
    first.complete("");
    assertEquals(List.of("first", "third"), begun);
    run(executor, "a", "fourth", DONE);
    assertEquals(List.of("first", "third", "fourth"), begun);
  }

  @Test
  void manyTasksThatEndAtOnceTakeNoStack() {
    KeyedSerialExecutor executor = executor(10_000, 1_000_000);
    List<CompletableFuture<String>> gates =
        IntStream.range(0, 1000).mapToObj(i -> new CompletableFuture<String>()).toList();
    gates.forEach(gate -> run(executor, "a", "task", gate));
    gates.subList(1, gates.size()).forEach(gate -> gate.complete(""));
    gates.get(0).complete("");
    assertEquals(1000, begun.size());
  }

  @Test
  void closingWaitsForWhatRuns() {
    KeyedSerialExecutor executor = executor(10, 1_000_000);
    CompletableFuture<String> first = new CompletableFuture<>();
    run(executor, "a", "first", first);
    CompletableFuture<Void> closing =
        CompletableFuture.runAsync(() -> executor.awaitEmpty(Duration.ofSeconds(30)));
    first.complete("");
    closing.orTimeout(10, TimeUnit.SECONDS).join();
  }

  private void run(
      KeyedSerialExecutor executor, String key, String name, CompletableFuture<?> task) {
    assertTrue(
        executor
            .run(
                key,
                1,
                () -> {
                  begun.add(name);
                  return task;
                })
            .isEmpty());
  }
}
