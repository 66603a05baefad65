package dev.aether.client.retry;

import java.util.Locale;

/** A {@link BackgroundSaver} holds as many saves as it may; this one was not taken. */
public final class QueueFullException extends RetryException {
  private final int limit;

  QueueFullException(int limit) {
    super(String.format(Locale.ROOT, "%d saves wait already", limit), null);
    this.limit = limit;
  }

  /** How many saves may wait. */
  public int limit() {
    return limit;
  }
}
