package dev.aether.bench.retry;

import dev.aether.client.AetherClient;
import dev.aether.client.retry.CircuitBreakerOpenException;
import dev.aether.client.retry.RetriesExhaustedException;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.RetryingSaver;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A writer that waits for each save. If its breaker is open, it waits until the breaker may allow a
 * trial.
 */
final class WaitingWriter implements Writer {
  private static final long LEAST_PAUSE_MILLIS = 1;

  private final RetryingSaver saver;
  private final Tally tally;

  WaitingWriter(AetherClient client, RetryPolicy policy, Tally tally) {
    this.saver = RetryingSaver.of(client, policy);
    this.tally = tally;
  }

  @Override
  public void write(String actorId) throws InterruptedException {
    long begun = System.nanoTime();
    try {
      saver.save(
          actorId,
          attempt -> {
            tally.attempt();
            return List.of(Patterns.EVENT);
          });
      tally.saved(begun);
    } catch (RetriesExhaustedException e) {
      tally.gaveUp();
    } catch (CircuitBreakerOpenException e) {
      tally.refused();
      TimeUnit.MILLISECONDS.sleep(Math.max(LEAST_PAUSE_MILLIS, e.retryAfter().toMillis()));
    }
    tally.callerWaited(begun);
  }

  @Override
  public void close() {}
}
