package dev.aether.client.retry;

import java.time.Duration;
import java.util.Locale;

/**
 * Limits of a {@link BackgroundSaver}.
 *
 * @param maxWaiting maximum number of saves that have not started, at least 1
 * @param maxConcurrent maximum number of saves that run at the same time, at least 1
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

  /** At most 1000 saves wait and 8 run; 20 s to drain. */
  public static BackgroundSaverOptions defaults() {
    return DEFAULTS;
  }

  /** Returns these options with another maximum number of waiting saves. */
  public BackgroundSaverOptions withMaxWaiting(int maxWaiting) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }

  /** Returns these options with another maximum number of running saves. */
  public BackgroundSaverOptions withMaxConcurrent(int maxConcurrent) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }

  /** Returns these options with another time to drain. */
  public BackgroundSaverOptions withDrainWithin(Duration drainWithin) {
    return new BackgroundSaverOptions(maxWaiting, maxConcurrent, drainWithin);
  }
}
