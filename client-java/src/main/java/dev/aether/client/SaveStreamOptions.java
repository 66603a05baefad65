package dev.aether.client;

import java.time.Duration;
import java.util.Locale;

/**
 * How a {@link SaveStream} works.
 *
 * @param maxUnanswered saves that are on their way at once, at least 1; a server takes up to 256
 *     from the streams of one connection
 * @param maxUnansweredBytes what these hold together, encoded, at least 1; a save that is larger by
 *     itself goes alone
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

  /** 512 saves of 16 MiB together; 20 s to drain. */
  public static SaveStreamOptions defaults() {
    return DEFAULTS;
  }

  /** These options with another number of saves on their way. */
  public SaveStreamOptions withMaxUnanswered(int maxUnanswered) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }

  /** These options with another bound of bytes on their way. */
  public SaveStreamOptions withMaxUnansweredBytes(long maxUnansweredBytes) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }

  /** These options with another time to drain. */
  public SaveStreamOptions withDrainWithin(Duration drainWithin) {
    return new SaveStreamOptions(maxUnanswered, maxUnansweredBytes, drainWithin);
  }
}
