package dev.aether.examples.retries;

import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.retry.Attempt;
import dev.aether.client.retry.CircuitBreakerOpenException;
import dev.aether.client.retry.Decider;
import dev.aether.client.retry.RetriesExhaustedException;
import dev.aether.client.retry.RetryDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Several writers that all save to one actor, each a fixed number of times. Used once. */
final class Contest {
  static final int WRITERS = 4;
  static final int SAVES_EACH = 10;

  private final AtomicInteger saved = new AtomicInteger();
  private final AtomicInteger turnedAway = new AtomicInteger();
  private final AtomicInteger decidedAgain = new AtomicInteger();

  /** Guarded by itself. */
  private final Map<RetryDecision.StopReason, Integer> givenUp = new TreeMap<>();

  /**
   * The result.
   *
   * @param saved number of stored saves
   * @param decidedAgain number of attempts after a conflict
   * @param givenUp number of saves on which the policy gave up, by reason; they are not stored
   * @param turnedAway number of saves that a circuit breaker refused
   */
  record Result(
      int saved, int decidedAgain, Map<RetryDecision.StopReason, Integer> givenUp, int turnedAway) {
    int notSaved() {
      return givenUp.values().stream().mapToInt(Integer::intValue).sum() + turnedAway;
    }
  }

  /**
   * Runs the contest.
   *
   * @param save saves the decider's events with the pattern; throws if they are not stored
   */
  void run(Consumer<Decider> save) {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<CompletableFuture<Void>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        writers.add(CompletableFuture.runAsync(() -> write(save), threads));
      }
      writers.forEach(CompletableFuture::join);
    } finally {
      threads.shutdown();
    }
  }

  /** The result so far. */
  Result result() {
    synchronized (givenUp) {
      return new Result(saved.get(), decidedAgain.get(), Map.copyOf(givenUp), turnedAway.get());
    }
  }

  /**
   * Handles each way in which a save can fail, except for {@link OutcomeUnknownException}, which
   * ends the contest because the save may be stored.
   */
  private void write(Consumer<Decider> save) {
    for (int i = 0; i < SAVES_EACH; i++) {
      try {
        save.accept(this::increment);
        saved.incrementAndGet();
      } catch (RetriesExhaustedException e) {
        synchronized (givenUp) {
          givenUp.merge(e.report().reason(), 1, Integer::sum);
        }
      } catch (CircuitBreakerOpenException e) {
        turnedAway.incrementAndGet();
      }
    }
  }

  /** Called for each attempt; here the decision is the same at every version. */
  private List<NewEvent> increment(Attempt attempt) {
    if (attempt.conflict().isPresent()) {
      decidedAgain.incrementAndGet();
    }
    return List.of(NewEvent.json("Incremented", "{\"on\":%d}".formatted(attempt.latestVersion())));
  }
}
