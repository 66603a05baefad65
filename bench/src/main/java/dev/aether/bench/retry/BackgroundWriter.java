package dev.aether.bench.retry;

import dev.aether.client.AetherClient;
import dev.aether.client.Saved;
import dev.aether.client.retry.BackgroundSaver;
import dev.aether.client.retry.BackgroundSaverOptions;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.QueueFullException;
import dev.aether.client.retry.RetriesExhaustedException;
import dev.aether.client.retry.RetryingSaver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A writer that continues immediately, and whose saves are refused if it is faster than its saver.
 */
final class BackgroundWriter implements Writer {
  /**
   * A small queue: with a large one, the latencies would be those of a queue that is always full.
   */
  private static final int MAX_WAITING = 10;

  private static final long PAUSE_MILLIS = 1;

  private final BackgroundSaver saver;
  private final Tally tally;

  BackgroundWriter(AetherClient client, Tally tally) {
    this.saver =
        new BackgroundSaver(
            RetryingSaver.of(client, new JitterRetry()).async(),
            BackgroundSaverOptions.defaults().withMaxWaiting(MAX_WAITING));
    this.tally = tally;
  }

  @Override
  public void write(String actorId) throws InterruptedException {
    long begun = System.nanoTime();
    CompletableFuture<Optional<Saved>> outcome;
    try {
      outcome =
          saver.save(
              actorId,
              attempt -> {
                tally.attempt();
                return List.of(Patterns.EVENT);
              });
    } catch (QueueFullException e) {
      tally.refused();
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      return;
    }
    tally.callerWaited(begun);
    CompletableFuture<?> unused =
        outcome.whenComplete(
            (saved, thrown) -> {
              if (thrown == null) {
                tally.saved(begun);
              } else if (thrown instanceof RetriesExhaustedException) {
                tally.gaveUp();
              }
            });
  }

  @Override
  public void close() {
    saver.close();
  }
}
