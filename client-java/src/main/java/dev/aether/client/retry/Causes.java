package dev.aether.client.retry;

import java.util.concurrent.CompletionException;

/** What lies behind a future's failure. */
final class Causes {
  private Causes() {}

  static Throwable of(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return thrown instanceof CompletionException && cause != null ? cause : thrown;
  }
}
