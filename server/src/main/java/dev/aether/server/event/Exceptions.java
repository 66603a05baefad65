package dev.aether.server.event;

import java.util.concurrent.CompletionException;

/** Unwraps the exceptions of futures. */
public final class Exceptions {
  private Exceptions() {}

  /** The failure without the {@link CompletionException}s that futures wrap it in. */
  public static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
