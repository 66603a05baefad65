package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CatchAllTest {
  private static final AssertionError FAULT = new AssertionError("planted by the test");

  private final List<Throwable> ended = new ArrayList<>();
  private final CatchAll guard = new CatchAll("a test", ended::add);

  @Test
  void whateverAStepThrowsEndsItsCall() {
    guard.of(() -> {}).run();
    assertEquals(List.of(), ended);
    CompletableFuture<String> step = new CompletableFuture<>();
    var unused =
        step.whenComplete(
            guard.of(
                (value, thrown) -> {
                  throw FAULT;
                }));
    step.complete("");
    assertEquals(List.of(FAULT), ended);
  }

  /** An error that the log cannot describe, as if the stack had run out. */
  private static final class NotLoggable extends Error {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new StackOverflowError("planted by the test");
    }
  }

  @Test
  void aCallEndsEvenIfItsErrorCannotBeLogged() {
    Error error = new NotLoggable();
    guard.run(
        () -> {
          throw error;
        });
    assertEquals(1, ended.size());
    assertSame(error, ended.get(0));
  }

  @Test
  void aChainThatThrowsWhereItBeginsFails() {
    CompletableFuture<String> failed =
        CatchAll.begin(
            () -> {
              throw FAULT;
            });
    assertTrue(failed.isCompletedExceptionally());
    failed.whenComplete((value, thrown) -> assertSame(FAULT, thrown));
  }

  @Test
  void whoSharesAQuestionThatThrowsIsAnsweredAndItCanBePutAgain() {
    List<String> asked = new ArrayList<>();
    SingleFlight<String, String> questions =
        new SingleFlight<>(
            key -> {
              asked.add(key);
              if (asked.size() == 1) {
                throw FAULT;
              }
              return CompletableFuture.completedFuture("answer");
            });
    assertTrue(questions.ask("question").isCompletedExceptionally());
    assertEquals("answer", questions.ask("question").join());
  }
}
