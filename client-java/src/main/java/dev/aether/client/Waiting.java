package dev.aether.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;

/** Waits for a call's result, in the caller's thread. */
final class Waiting {
  private Waiting() {}

  /**
   * The result, or the exception that the call ended with.
   *
   * @param interrupted what to throw if the thread is interrupted; the call is cancelled then
   */
  static <T> T result(
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

  /** The exception with this thread's stack trace, which leads to the caller's code. */
  static AetherException seenFromHere(AetherException error) {
    error.setStackTrace(new Throwable().getStackTrace());
    return error;
  }
}
