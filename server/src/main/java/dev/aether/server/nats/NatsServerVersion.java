package dev.aether.server.nats;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of a nats-server. Comparisons ignore what follows the three numbers, such as {@code
 * -RC.1}.
 */
public record NatsServerVersion(int major, int minor, int patch)
    implements Comparable<NatsServerVersion> {

  /** The oldest supported version, which is also in {@code dev/nats-server}. */
  public static final NatsServerVersion MINIMUM = new NatsServerVersion(2, 14, 4);

  private static final Pattern THREE_NUMBERS =
      Pattern.compile("\\bv?(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");

  private static final Comparator<NatsServerVersion> ORDER =
      Comparator.comparingInt(NatsServerVersion::major)
          .thenComparingInt(NatsServerVersion::minor)
          .thenComparingInt(NatsServerVersion::patch);

  /**
   * Parses text such as {@code nats-server: v2.15.1} or {@code 2.15.1}; empty if it contains no
   * version.
   */
  public static Optional<NatsServerVersion> parse(String text) {
    Matcher found = THREE_NUMBERS.matcher(text);
    return found.find()
        ? Optional.of(
            new NatsServerVersion(
                Integer.parseInt(found.group(1)),
                Integer.parseInt(found.group(2)),
                Integer.parseInt(found.group(3))))
        : Optional.empty();
  }

  /** Whether Aether supports the version. */
  public boolean isEnough() {
    return compareTo(MINIMUM) >= 0;
  }

  @Override
  public int compareTo(NatsServerVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
