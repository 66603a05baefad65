package dev.aether.client.internal.calls;

import dev.aether.client.OverloadedException;
import dev.aether.client.RepeatOptions;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** The random, exponentially growing delays of {@link RepeatOptions}. */
public final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private Backoff() {}

  /**
   * How long to wait before the next attempt.
   *
   * @param attempts how many attempts in a row have failed, at least 1
   * @param last how the last of them failed
   */
  public static Duration delay(RepeatOptions options, int attempts, Failure last) {
    int doublings = Math.min(attempts - 1, MAX_DOUBLINGS);
    long first = Durations.nanos(options.firstDelay());
    long max = Durations.nanos(options.maxDelay());
    long delay = max >> doublings < first ? max : first << doublings;
    Duration random = Duration.ofNanos(ThreadLocalRandom.current().nextLong(delay / 2, delay + 1));
    return last.error() instanceof OverloadedException overloaded
        ? random.plusNanos(Durations.nanos(overloaded.retryAfter()))
        : random;
  }
}
