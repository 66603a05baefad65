package dev.aether.bench.scenario;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The data of the events: JSON of a given length. */
public final class Payload {
  /** The length in all scenarios. */
  public static final int BYTES = 256;

  private Payload() {}

  /** An event's data. */
  public static byte[] json() {
    String frame = "{\"measured\":\"\"}";
    return String.format(Locale.ROOT, "{\"measured\":\"%s\"}", "x".repeat(BYTES - frame.length()))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
