package dev.aether.server.event;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Unwraps exceptions. */
public final class Exceptions {
  private Exceptions() {}

  /** The failure without the exceptions that futures and jnats wrap it in. */
  public static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null && isWrapper(cause)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The first cause of a failure; the failure itself if it has none. */
  public static Throwable root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static boolean isWrapper(Throwable thrown) {
    return thrown instanceof CompletionException
        || thrown instanceof ExecutionException
        || thrown.getClass() == RuntimeException.class;
  }
}
