package dev.aether.client.internal.calls;

import dev.aether.client.AetherException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Waits for a call's result, in the caller's thread. */
public final class Blocking {
  private Blocking() {}

  /**
   * The result, or the exception that the call ended with.
   *
   * @param interrupted what to throw if the thread is interrupted; the call is cancelled then
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

  /** As {@link #result}, of a call that changes nothing. */
  public static <T extends @Nullable Object> T read(CompletableFuture<T> future) {
    return result(
        future,
        interrupted ->
            new AetherException(
                Reason.CANCELLED, "interrupted while it waited", Map.of(), interrupted));
  }

  /** As {@link #result}, of a call that changes something other than by a save. */
  public static <T extends @Nullable Object> T changed(CompletableFuture<T> future, String what) {
    return result(
        future,
        interrupted ->
            new OutcomeUnknownException(
                "interrupted while it waited; " + what + " may have been done",
                Map.of(),
                "",
                interrupted));
  }

  /** As {@link #changed}, of a call without an answer. */
  public static void done(CompletableFuture<@Nullable Void> future, String what) {
    Object unused = changed(future, what);
  }

  /** The exception with this thread's stack trace, which leads to the caller's code. */
  public static AetherException seenFromHere(AetherException error) {
    error.setStackTrace(new Throwable().getStackTrace());
    return error;
  }
}
