package dev.aether.client.internal.calls;

import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Waits for the result of a call in the current thread. */
public final class Blocking {
  private Blocking() {}

  /**
   * Returns the result, or throws the exception with which the call failed.
   *
   * @param interrupted creates the exception to throw if the thread is interrupted; the call is
   *     cancelled then
   */
  public static <T extends @Nullable Object> T result(
      CompletableFuture<T> future, Function<InterruptedException, AetherException> interrupted) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw interrupted.apply(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AetherException error) {
        throw seenFromHere(error);
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Same as {@link #result}, for a call that changes nothing. */
  public static <T extends @Nullable Object> T read(CompletableFuture<T> future) {
    return result(
        future,
        interrupted ->
            new AetherException(
                Reason.CANCELLED,
                "interrupted while waiting for the answer",
                Map.of(),
                interrupted));
  }

  /** Same as {@link #result}, for a change that is not a save of events. */
  public static <T extends @Nullable Object> T changed(CompletableFuture<T> future, String what) {
    return result(
        future,
        interrupted ->
            new OutcomeUnknownException(
                "outcome unknown: interrupted while waiting for " + what,
                Map.of(),
                "",
                interrupted));
  }

  /** Same as {@link #changed}, for a call without a result. */
  public static void done(CompletableFuture<@Nullable Void> future, String what) {
    Object unused = changed(future, what);
  }

  /** Gives the exception the stack trace of the current thread, which shows the caller's code. */
  public static AetherException seenFromHere(AetherException error) {
    error.setStackTrace(new Throwable().getStackTrace());
    return error;
  }
}
