package dev.aether.bench.driver;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/** Turns an expected refusal into a success. */
final class Refused {
  private Refused() {}

  /**
   * Completes normally if the save failed for the expected reason, and fails if it did not fail.
   *
   * @param isExpected decides about the cause of a failure
   */
  static CompletableFuture<?> when(CompletableFuture<?> save, Predicate<Throwable> isExpected) {
    return save.handle(
        (stored, thrown) -> {
          if (thrown == null) {
            throw new IllegalStateException("a save that expects an old version was stored");
          }
          Throwable cause = thrown;
          while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
          }
          if (!isExpected.test(cause)) {
            throw new CompletionException(cause);
          }
          return null;
        });
  }
}
