package dev.aether.client;

import java.time.Duration;
import java.util.Locale;

/**
 * How a {@link SaveStream} works.
 *
 * @param maxUnanswered maximum number of unanswered saves, at least 1; a server accepts up to 256
 *     from the streams of one connection
 * @param maxUnansweredBytes maximum encoded size of the unanswered saves together, at least 1; a
 *     single save above it is sent alone
 * @param drainWithin how long {@link SaveStream#close()} waits for answers, not negative
 */
public record SaveStreamOptions(int maxUnanswered, long maxUnansweredBytes, Duration drainWithin) {
  private static final SaveStreamOptions DEFAULTS =
      new SaveStreamOptions(512, 16L << 20, Duration.ofSeconds(20));

  /** Checks the numbers. */
  public SaveStreamOptions {
    if (maxUnanswered < 1 || maxUnansweredBytes < 1 || drainWithin.isNegative()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "maxUnanswered %d, maxUnansweredBytes %d, drainWithin %s",
              maxUnanswered,
              maxUnansweredBytes,
              drainWithin));
    }
  }

  /** At most 512 unanswered saves of 16 MiB together; 20 s to drain. */
  public static SaveStreamOptions defaults() {
    return DEFAULTS;
  }

  /** Returns these options with another maximum number of unanswered saves. */
  public SaveStreamOptions withMaxUnanswered(int maxUnanswered) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }

  /** Returns these options with another maximum size of the unanswered saves. */
  public SaveStreamOptions withMaxUnansweredBytes(long maxUnansweredBytes) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }

  /** Returns these options with another time to drain. */
  public SaveStreamOptions withDrainWithin(Duration drainWithin) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }
}
