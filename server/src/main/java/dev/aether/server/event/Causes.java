package dev.aether.server.event;

import java.util.concurrent.CompletionException;

/** What a future failed of. */
public final class Causes {
  private Causes() {}

  /** The failure without the wrappers that futures put around it on the way. */
  public static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
