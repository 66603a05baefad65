package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SerialLoopTest {
  private final List<Runnable> runs = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private final SerialLoop loop =
      new SerialLoop(
          runs::add, () -> done.add("body"), thrown -> done.add("failure " + thrown.getMessage()));

  @Test
  void aTaskThatThrowsHoldsUpNeitherTheOthersNorTheBody() {
    loop.execute(() -> done.add("one"));
    loop.execute(
        () -> {
          throw new AssertionError("two");
        });
    loop.execute(() -> done.add("three"));

    assertEquals(1, runs.size());
    runs.get(0).run();

    assertEquals(List.of("one", "failure two", "three", "body"), done);
  }

  @Test
  void aWakeUpDuringARunLeadsToOneMore() {
    loop.execute(
        () -> {
          loop.wake();
          loop.wake();
        });

    assertEquals(1, runs.size());
    runs.get(0).run();

    assertEquals(List.of("body", "body"), done);
    assertEquals(1, runs.size());
  }
}
