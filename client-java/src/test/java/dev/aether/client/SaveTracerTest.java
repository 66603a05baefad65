package dev.aether.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SaveTracerTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final ScriptedServer server = new ScriptedServer();

  @AfterEach
  void close() {
    server.close();
  }

  /** A trace whose methods do what a test wants. */
  private record Scripted(Supplier<String> parent, Runnable end) implements SaveTrace {
    @Override
    public String traceparent() {
      return parent.get();
    }

    @Override
    public String tracestate() {
      return "";
    }

    @Override
    public void ended(@Nullable Saved saved, @Nullable Throwable failure) {
      end.run();
    }
  }

  private static <T> T fails() {
    throw new IllegalStateException("a bug of the tracer");
  }

  private SaveEventsRequest sentWith(SaveTracer tracer) throws InterruptedException {
    server.saves.add(ScriptedServer.answer(SaveEventsResponse.newBuilder().setPosition(7).build()));
    try (AetherClient client = server.client().saveTracer(tracer).build()) {
      Saved saved = client.save("a", ExpectedVersion.exactly(0), NewEvent.json("E", "1"));
      assertEquals(7, saved.position());
    }
    return server.received(SaveEventsRequest.class);
  }

  @Test
  void theTraceOfASaveGoesWithItsRequest() throws Exception {
    assertEquals(
        PARENT,
        sentWith((command, namespace) -> new Scripted(() -> PARENT, () -> {})).getTraceparent());
  }

  @Test
  void aTracerThatThrowsNeverMakesASaveFail() throws Exception {
    List<SaveTracer> broken =
        List.of(
            (command, namespace) -> fails(),
            (command, namespace) -> new Scripted(SaveTracerTest::fails, () -> {}),
            (command, namespace) -> new Scripted(SaveTracerTest::nothing, () -> {}));
    for (SaveTracer tracer : broken) {
      assertTrue(sentWith(tracer).getTraceparent().isEmpty());
    }
    SaveTracer failsAtItsEnd =
        (command, namespace) -> new Scripted(() -> PARENT, SaveTracerTest::fails);
    assertEquals(PARENT, sentWith(failsAtItsEnd).getTraceparent());
  }

  @SuppressWarnings("NullAway") // What a caller without NullAway may do.
  private static String nothing() {
    return null;
  }
}
