package dev.aether.server.store.jetstream.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.concurrent.EventLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadResultTest {
  private static final long SHORT = 1000;
  private static final long LONG = 1_000_000;

  private final EventLoops loops = new EventLoops(1, "test-loop");
  private final List<Runnable> handedOver = new ArrayList<>();

  @AfterEach
  void close() {
    loops.close();
  }

  private ReadResult<String> decided(long bytes) {
    ReadResult<String> result = new ReadResult<>(handedOver::add);
    result.decide("read", bytes);
    return result;
  }

  @Test
  void aShortReadIsCompletedByTheEventLoopThatTellsIt() {
    ReadResult<String> result = decided(SHORT);
    CompletableFuture<String> thread =
        result.future().thenApply(read -> Thread.currentThread().getName());
    assertFalse(thread.isDone());
    CompletableFuture.runAsync(result::tell, loops.group()).join();
    assertTrue(thread.join().startsWith("test-loop"), thread.join());
    assertEquals(List.of(), handedOver);
  }

  @Test
  void aLongReadAndThatOfAnotherThreadAreHandedOver() {
    ReadResult<String> onLoop = decided(LONG);
    CompletableFuture.runAsync(onLoop::tell, loops.group()).join();
    ReadResult<String> elsewhere = decided(SHORT);
    elsewhere.tell();
    assertFalse(onLoop.future().isDone());
    assertFalse(elsewhere.future().isDone());
    handedOver.forEach(Runnable::run);
    assertEquals("read", onLoop.future().join());
    assertEquals("read", elsewhere.future().join());
  }

  @Test
  void whatIsNotDecidedIsNotTold() {
    ReadResult<String> result = new ReadResult<>(handedOver::add);
    result.tell();
    assertEquals(List.of(), handedOver);
    assertFalse(result.future().isDone());
  }
}
