package dev.aether.client.retry;

import java.util.Locale;

/** The queue of a {@link BackgroundSaver} is full; this save was not taken. */
public final class QueueFullException extends RetryException {
  private final int limit;

  QueueFullException(int limit) {
    super(String.format(Locale.ROOT, "the queue is full: %d saves are waiting", limit), null);
    this.limit = limit;
  }

  /** Maximum number of waiting saves. */
  public int limit() {
    return limit;
  }
}
