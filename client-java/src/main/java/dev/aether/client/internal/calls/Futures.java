package dev.aether.client.internal.calls;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chains of futures in which cancelling the last one cancels the one in progress, which {@link
 * CompletableFuture#thenCompose} does not do; and the one place where causes are unwrapped.
 */
public final class Futures {
  private Futures() {}

  /** Starts the next future when the first one succeeds; a failure is passed on. */
  public static <T extends @Nullable Object, R> CompletableFuture<R> then(
      CompletableFuture<T> first, Function<T, CompletableFuture<R>> next) {
    CompletableFuture<R> result = new CompletableFuture<>();
    CompletableFuture<?> continues =
        first.whenComplete(
            (value, thrown) -> {
              if (thrown != null) {
                result.completeExceptionally(cause(thrown));
              } else {
                second(() -> next.apply(value), result);
              }
            });
    CompletableFuture<?> cancelling = result.whenComplete((value, thrown) -> first.cancel(true));
    return result;
  }

  /** Starts the next future when the first one completes, even if it failed; not if cancelled. */
  public static <R> CompletableFuture<R> after(
      CompletableFuture<?> first, Supplier<CompletableFuture<R>> next) {
    CompletableFuture<R> result = new CompletableFuture<>();
    CompletableFuture<?> continues =
        first.whenComplete(
            (value, thrown) -> {
              if (!result.isDone()) {
                second(next, result);
              }
            });
    CompletableFuture<?> cancelling = result.whenComplete((value, thrown) -> first.cancel(true));
    return result;
  }

  private static <R> void second(Supplier<CompletableFuture<R>> next, CompletableFuture<R> result) {
    try {
      CompletableFuture<R> second = next.get();
      CompletableFuture<?> ends =
          second.whenComplete(
              (last, thrown) -> {
                if (thrown != null) {
                  result.completeExceptionally(cause(thrown));
                } else {
                  result.complete(last);
                }
              });
      CompletableFuture<?> cancelling = result.whenComplete((last, thrown) -> second.cancel(true));
    } catch (Throwable t) {
      result.completeExceptionally(t);
    }
  }

  /** The failure of a completed future; null if it succeeded. */
  public static @Nullable Throwable failure(CompletableFuture<?> completed) {
    try {
      Object unused = completed.getNow(null);
      return null;
    } catch (CompletionException | CancellationException e) {
      return cause(e);
    }
  }

  /** The exception itself, or its cause if a future wrapped it in a CompletionException. */
  public static Throwable cause(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return thrown instanceof CompletionException && cause != null ? cause : thrown;
  }
}
