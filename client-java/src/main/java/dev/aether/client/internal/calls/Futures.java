package dev.aether.client.internal.calls;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Futures one after the other, so that to cancel the last cancels whichever is under way. */
public final class Futures {
  private Futures() {}

  /** The next after a first that succeeds. */
  public static <T extends @Nullable Object, R> CompletableFuture<R> then(
      CompletableFuture<T> first, Function<T, CompletableFuture<R>> next) {
    CompletableFuture<R> result = new CompletableFuture<>();
    CompletableFuture<?> goesOn =
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

  /** The next after a first that ends, however it ends. None follows on what was cancelled. */
  public static <R> CompletableFuture<R> after(
      CompletableFuture<?> first, Supplier<CompletableFuture<R>> next) {
    CompletableFuture<R> result = new CompletableFuture<>();
    CompletableFuture<?> goesOn =
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

  /** What lies behind a future's failure. */
  public static Throwable cause(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return thrown instanceof CompletionException && cause != null ? cause : thrown;
  }
}
