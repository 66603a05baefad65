package dev.aether.client.retry;

import java.time.Duration;
import java.util.Locale;

/**
 * How much a {@link BackgroundSaver} holds.
 *
 * @param maxWaiting saves that wait for their turn, at least 1
 * @param maxConcurrent saves that are made at once, at least 1
 * @param drainWithin how long {@link BackgroundSaver#close()} waits, not negative
 */
public record BackgroundSaverOptions(int maxWaiting, int maxConcurrent, Duration drainWithin) {
  private static final BackgroundSaverOptions DEFAULTS =
      new BackgroundSaverOptions(1000, 8, Duration.ofSeconds(20));

  /** Checks the numbers. */
  public BackgroundSaverOptions {
    if (maxWaiting < 1 || maxConcurrent < 1 || drainWithin.isNegative()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "maxWaiting %d, maxConcurrent %d, drainWithin %s",
              maxWaiting,
              maxConcurrent,
              drainWithin));
    }
  }

  /** 1000 wait, 8 are at work, 20 s to drain. */
  public static BackgroundSaverOptions defaults() {
    return DEFAULTS;
  }

  /** These options with another number of waiting saves. */
  public BackgroundSaverOptions withMaxWaiting(int maxWaiting) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }

  /** These options with another number of saves at work. */
  public BackgroundSaverOptions withMaxConcurrent(int maxConcurrent) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }

  /** These options with another time to drain. */
  public BackgroundSaverOptions withDrainWithin(Duration drainWithin) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }
}
