package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.retry.CircuitBreaker.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final Duration OPEN_FOR = Duration.ofSeconds(1);

  /** The only exception that counts as a failure in these tests. */
  private static final class Outage extends RuntimeException {}

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // It may overflow.
  private final CircuitBreaker breaker =
      new CircuitBreaker(
          CircuitBreakerOptions.defaults()
              .withFailuresToOpen(3)
              .withOpenFor(OPEN_FOR)
              .withFailure(Outage.class::isInstance),
          now::get);

  private void fail() {
    assertThrows(
        Outage.class,
        () ->
            breaker.call(
                () -> {
                  throw new Outage();
                }));
  }

  private void open() {
    for (int i = 0; i < 3; i++) {
      fail();
    }
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void itOpensAfterSoManyFailuresInARowAndThenNothingIsCalled() {
    fail();
    fail();
    assertEquals("done", breaker.call(() -> "done"));
    fail();
    fail();
    assertEquals(State.CLOSED, breaker.state());
    assertTrue(breaker.canRetry());
    fail();
    assertEquals(State.OPEN, breaker.state());
    assertFalse(breaker.canRetry());
    pass(Duration.ofMillis(400));
    CircuitBreakerOpenException open =
        assertThrows(
            CircuitBreakerOpenException.class,
            () ->
                breaker.call(
                    () -> {
                      throw new AssertionError("called");
                    }));
    assertEquals(Duration.ofMillis(600), open.retryAfter());
    assertEquals("the circuit breaker is open for another 600 ms", open.getMessage());
  }

  @Test
  void aFailureThatDoesNotCountIsNone() {
    for (int i = 0; i < 10; i++) {
      assertThrows(
          IllegalStateException.class,
          () ->
              breaker.call(
                  () -> {
                    throw new IllegalStateException("the caller's own");
                  }));
    }
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void halfOpenItLetsOneTrialThroughWhoseSuccessClosesIt() {
    open();
    pass(OPEN_FOR);
    assertEquals(State.HALF_OPEN, breaker.state());
    breaker.call(
        () -> {
          assertFalse(breaker.canRetry());
          CircuitBreakerOpenException second =
              assertThrows(CircuitBreakerOpenException.class, () -> breaker.call(() -> "second"));
          assertEquals(Duration.ZERO, second.retryAfter());
          assertEquals(
              "the circuit breaker is half-open and its trial call is still running",
              second.getMessage());
          return "first";
        });
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void aTrialThatFailsOpensItForAsLongAgain() {
    open();
    pass(OPEN_FOR);
    fail();
    assertEquals(State.OPEN, breaker.state());
    pass(OPEN_FOR.minusNanos(1));
    assertFalse(breaker.canRetry());
    pass(Duration.ofNanos(1));
    assertTrue(breaker.canRetry());
  }

  @Test
  void whatBeganBeforeItOpenedSaysNothingOfTheTrial() {
    CompletableFuture<String> slow = new CompletableFuture<>();
    CompletableFuture<String> late = new CompletableFuture<>();
    CompletableFuture<?> slowAnswer = breaker.callAsync(() -> slow);
    CompletableFuture<?> lateAnswer = breaker.callAsync(() -> late);
    open();
    slow.complete("well after all");
    assertEquals(State.OPEN, breaker.state());
    pass(OPEN_FOR);
    assertEquals(State.HALF_OPEN, breaker.state());
    late.completeExceptionally(new Outage());
    assertEquals(State.HALF_OPEN, breaker.state());
    assertTrue(slowAnswer.isDone() && lateAnswer.isCompletedExceptionally());
  }

  @Test
  void asynchronousCallsAreWatchedAlike() {
    for (int i = 0; i < 3; i++) {
      CompletableFuture<?> failed =
          breaker.callAsync(() -> CompletableFuture.failedFuture(new Outage()));
      assertTrue(failed.isCompletedExceptionally());
    }
    CompletableFuture<String> refused =
        breaker.callAsync(
            () -> {
              throw new AssertionError("called");
            });
    assertInstanceOf(
        CircuitBreakerOpenException.class, refused.handle((done, thrown) -> thrown).join());
  }

  @Test
  void whoeverHearsOfATrialsSuccessMayGoOnAtOnce() {
    open();
    pass(OPEN_FOR);
    CompletableFuture<String> trial = new CompletableFuture<>();
    CompletableFuture<Boolean> mayGoOn =
        breaker.callAsync(() -> trial).thenApply(done -> breaker.canRetry());
    trial.complete("done");
    assertTrue(mayGoOn.join());
  }

  @Test
  void aTrialThatIsCancelledSaysNothingAndMakesRoomForAnother() {
    open();
    pass(OPEN_FOR);
    breaker.callAsync(CompletableFuture::new).cancel(true);
    assertEquals(State.HALF_OPEN, breaker.state());
    assertTrue(breaker.canRetry());
  }

  @Test
  void aTrialThatDoesNotEndIsWaitedForOnlySoLong() {
    open();
    pass(OPEN_FOR);
    CompletableFuture<String> first = new CompletableFuture<>();
    CompletableFuture<String> second = new CompletableFuture<>();
    CompletableFuture<?> firstAnswer = breaker.callAsync(() -> first);
    pass(OPEN_FOR.minusNanos(1));
    assertFalse(breaker.canRetry());
    pass(Duration.ofNanos(1));
    assertTrue(breaker.canRetry());
    CompletableFuture<?> secondAnswer = breaker.callAsync(() -> second);
    assertFalse(breaker.canRetry());
    first.complete("slow, but well");
    assertEquals(State.CLOSED, breaker.state());
    second.completeExceptionally(new Outage()); // Says nothing any more.
    fail();
    fail();
    assertEquals(State.CLOSED, breaker.state());
    assertTrue(firstAnswer.isDone() && secondAnswer.isCompletedExceptionally());
  }

  @Test
  void aCallWithoutAFutureSaysNothing() {
    open();
    pass(OPEN_FOR);
    assertThrows(NullPointerException.class, () -> breaker.callAsync(() -> null));
    assertEquals(State.HALF_OPEN, breaker.state());
    assertTrue(breaker.canRetry());
  }

  @Test
  void aPolicyThatBeginsWithAnErrorGivesItsTrialBack() {
    open();
    pass(OPEN_FOR);
    RetryPolicy broken =
        breaker.around(
            actor -> {
              throw new NoClassDefFoundError("of the policy");
            });
    assertThrows(NoClassDefFoundError.class, () -> broken.begin("actor"));
    assertEquals(State.HALF_OPEN, breaker.state());
    assertTrue(breaker.canRetry());
  }

  @Test
  void wherePredicatesFailTheCallCountsAsAFailure() {
    CircuitBreaker unsure =
        new CircuitBreaker(
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(1)
                .withOpenFor(OPEN_FOR)
                .withFailure(
                    thrown -> {
                      throw new AssertionError("of the predicate");
                    }),
            now::get);
    for (int i = 0; i < 2; i++) { // The second is a trial.
      CompletableFuture<?> failed =
          unsure.callAsync(() -> CompletableFuture.failedFuture(new Outage()));
      assertTrue(failed.isCompletedExceptionally());
      assertEquals(State.OPEN, unsure.state());
      pass(OPEN_FOR);
    }
  }

  @Test
  void soManyTrialsAtOnceAsTheOptionsSay() {
    CircuitBreaker two =
        new CircuitBreaker(
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(1)
                .withOpenFor(OPEN_FOR)
                .withTrials(2)
                .withFailure(Outage.class::isInstance),
            now::get);
    RetryPolicy policy = two.around(new SimpleRetry());
    policy.begin("actor").onEnd(new Outage());
    pass(OPEN_FOR);
    policy.begin("first");
    assertTrue(two.canRetry());
    policy.begin("second");
    assertFalse(two.canRetry());
  }

  @Test
  void aSaveThatNeverMetTheServerIsNoSuccess() {
    RetryPolicy policy = breaker.around(new SimpleRetry());
    fail();
    fail();
    policy.begin("undecided").onEnd(new IllegalStateException("of the decider"));
    policy.begin("nothing").onNothingToSave();
    fail();
    assertEquals(State.OPEN, breaker.state(), "a row was broken");
    pass(OPEN_FOR);
    policy.begin("undecided").onEnd(new IllegalStateException("of the decider"));
    policy.begin("nothing").onNothingToSave();
    assertEquals(State.HALF_OPEN, breaker.state());
    policy.begin("failing").onEnd(new Outage());
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  void aSaveThatMetAConflictMetTheServerHoweverItEnds() {
    RetryPolicy policy = breaker.around(new SimpleRetry());
    for (Consumer<RetrySession> end :
        List.<Consumer<RetrySession>>of(
            RetrySession::onNothingToSave,
            course -> course.onEnd(new IllegalStateException("of the decider")))) {
      open();
      pass(OPEN_FOR);
      RetrySession course = policy.begin("actor");
      course.onConflict(Conflicts.at(1, 1, 1));
      end.accept(course);
      assertEquals(State.CLOSED, breaker.state());
    }
  }

  @Test
  void aroundAPolicyItRefusesToBeginAndEndsWhatRuns() {
    RetryPolicy policy = breaker.around(new SimpleRetry());
    RetrySession running = policy.begin("actor");
    assertInstanceOf(RetryDecision.Retry.class, running.onConflict(Conflicts.at(1, 1, 1)));
    for (int i = 0; i < 3; i++) {
      policy.begin("other").onEnd(new Outage());
    }
    assertThrows(CircuitBreakerOpenException.class, () -> policy.begin("actor"));
    assertEquals(
        new RetryDecision.Stop(RetryDecision.StopReason.CIRCUIT_OPEN),
        running.onConflict(Conflicts.at(2, 2, 1)));
  }

  @Test
  void groupsOfActorsHaveBreakersOfTheirOwn() {
    CircuitBreakers breakers =
        new CircuitBreakers(
            actor -> actor.substring(0, actor.indexOf('-')),
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(1)
                .withFailure(Outage.class::isInstance));
    RetryPolicy policy = breakers.around(new SimpleRetry());

    policy.begin("hot-1").onEnd(new Outage());

    assertThrows(CircuitBreakerOpenException.class, () -> policy.begin("hot-2"));
    policy.begin("cold-1").onEnd(null);
    assertFalse(breakers.of("hot-3").canRetry());
    assertTrue(breakers.of("cold-2").canRetry());
  }

  @Test
  void onlySoManyGroupsAreHeld() {
    CircuitBreakers breakers =
        new CircuitBreakers(UnaryOperator.identity(), CircuitBreakerOptions.defaults());
    CircuitBreaker first = breakers.of("first");
    CircuitBreaker used = breakers.of("used");
    for (int i = 0; i < CircuitBreakers.MAX_GROUPS - 1; i++) {
      breakers.of("group-" + i);
      assertSame(used, breakers.of("used"));
    }
    assertTrue(first != breakers.of("first"), "the oldest is still held");
  }
}
