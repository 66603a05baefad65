package dev.aether.server.store.jetstream;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until JetStream is ready: a cluster that was just started has no leader yet. */
final class OpeningRetries {
  private static final Logger LOG = LoggerFactory.getLogger(OpeningRetries.class);

  private static final Duration STEP_WITHIN = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** How long the leader of a cluster may take to hear of all servers. */
  private static final Duration COMPLETE_WITHIN = Duration.ofSeconds(30);

  private OpeningRetries() {}

  /**
   * Repeats a step until it succeeds. Blocks.
   *
   * @param giveUpAt when it is not repeated any more, as {@link System#nanoTime}
   * @throws StoreException with reason STORE_UNAVAILABLE if it did not succeed
   */
  static <T> T untilReady(Supplier<CompletableFuture<T>> step, long giveUpAt) {
    return repeat(step, failure -> !JetStreamErrors.isMisconfigured(failure), giveUpAt);
  }

  /**
   * Repeats the creation of a stream as long as it is refused because the leader of a cluster that
   * was just started has not heard of all servers. Blocks.
   *
   * @throws StoreException if it did not succeed
   */
  static <T> T untilComplete(Supplier<CompletableFuture<T>> creation) {
    return repeat(
        creation,
        JetStreamErrors::isClusterIncomplete,
        System.nanoTime() + COMPLETE_WITHIN.toNanos());
  }

  private static <T> T repeat(
      Supplier<CompletableFuture<T>> step, Predicate<JetStreamFailure> mayPass, long giveUpAt) {
    String told = "";
    try {
      while (true) {
        try {
          return step.get().get(STEP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
          if (!mayPass.test(JetStreamErrors.failure(e)) || System.nanoTime() > giveUpAt) {
            throw JetStreamErrors.toStoreException(e);
          }
          String why = String.valueOf(Exceptions.unwrap(e).getMessage());
          if (!why.equals(told)) {
            LOG.warn("JetStream is not ready yet: {}", why);
            told = why;
          }
          Thread.sleep(PAUSE.toMillis());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreException.storeUnavailable("interrupted while opening the store");
    }
  }
}
