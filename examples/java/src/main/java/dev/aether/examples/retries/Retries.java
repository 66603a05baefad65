package dev.aether.examples.retries;

import dev.aether.client.AetherClient;
import dev.aether.client.Saved;
import dev.aether.client.retry.AdaptiveRetry;
import dev.aether.client.retry.BackgroundSaver;
import dev.aether.client.retry.CircuitBreaker;
import dev.aether.client.retry.CircuitBreakerOptions;
import dev.aether.client.retry.ConflictDetailed;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.RetryingSaver;
import dev.aether.client.retry.SimpleRetry;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** Runs the six patterns one after another, each with the same writers and the same actor. */
final class Retries {
  /** The actor to which all writers write. */
  static final String ACTOR = "counter";

  private final AetherClient client;
  private final PrintStream out;
  private final Map<String, Contest.Result> results = new LinkedHashMap<>();

  Retries(AetherClient client, PrintStream out) {
    this.client = client;
    this.out = out;
  }

  /** Runs all patterns; returns the results by the pattern's name. */
  Map<String, Contest.Result> run() {
    out.printf(
        "%d writers save %d times each to one actor, under each pattern:%n",
        Contest.WRITERS, Contest.SAVES_EACH);
    out.printf("%-18s %5s %13s %8s %11s%n", "", "saved", "decided again", "gave up", "refused");
    policy("SimpleRetry", new SimpleRetry());
    policy("JitterRetry", new JitterRetry());
    policy("AdaptiveRetry", new AdaptiveRetry());
    conflictDetailed();
    circuitBreaker();
    background();
    out.printf("The actor is at version %d.%n", client.latestVersion(ACTOR));
    return results;
  }

  private void policy(String name, RetryPolicy policy) {
    RetryingSaver saver = RetryingSaver.of(client, policy);
    Contest contest = new Contest();
    contest.run(decider -> saver.save(ACTOR, decider));
    result(name, contest.result());
  }

  /** The caller sees each conflict, and the policy stops when retries are pointless. */
  private void conflictDetailed() {
    AtomicLong widest = new AtomicLong();
    policy(
        "ConflictDetailed",
        new ConflictDetailed()
            .withListener(conflict -> widest.accumulateAndGet(conflict.gap(), Math::max)));
    out.printf("    reported each conflict; the largest gap was %d versions%n", widest.get());
  }

  /** After several saves in a row were given up, the next ones fail at once for a while. */
  private void circuitBreaker() {
    CircuitBreaker breaker =
        new CircuitBreaker(
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(2)
                .withOpenFor(Duration.ofMillis(5)));
    policy("CircuitBreaker", breaker.around(new SimpleRetry().withMaxRetries(0)));
    out.printf("    around a policy without retries; final state: %s%n", breaker.state());
  }

  /** The callers do not wait; one saver saves for all of them, so they do not conflict. */
  private void background() {
    Contest contest = new Contest();
    AtomicLong waiting = new AtomicLong();
    Queue<CompletableFuture<Optional<Saved>>> submitted = new ConcurrentLinkedQueue<>();
    try (BackgroundSaver saver =
        new BackgroundSaver(RetryingSaver.of(client, new JitterRetry()).async())) {
      contest.run(
          decider -> {
            submitted.add(saver.save(ACTOR, decider));
            waiting.accumulateAndGet(saver.waiting(), Math::max);
          });
    } // close() waits for the submitted saves.
    submitted.forEach(CompletableFuture::join);
    result("BackgroundSaver", contest.result());
    out.printf("    saved in the background; up to %d saves waited in memory%n", waiting.get());
  }

  private void result(String name, Contest.Result result) {
    results.put(name, result);
    int givenUp = result.notSaved() - result.turnedAway();
    out.printf(
        "%-18s %5d %13d %8d %11d%n",
        name, result.saved(), result.decidedAgain(), givenUp, result.turnedAway());
    result.givenUp().forEach((why, count) -> out.printf("    gave up: %s, %d times%n", why, count));
  }
}
