package dev.aether.server.store.jetstream;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which nats-server is new enough. */
final class NatsVersion {
  /** What Aether was tested with and needs at least: see docs/operations.md. */
  static final String NEEDED = "2.14.4";

  private static final Pattern NUMBERS = Pattern.compile("v?(\\d+)\\.(\\d+)\\.(\\d+).*");

  private NatsVersion() {}

  /** What is wrong with a server of that version, for people; empty if nothing is. */
  static String tooOld(String found) {
    return compare(found, NEEDED) < 0
        ? "nats-server " + found + " is too old; " + NEEDED + " or newer is needed"
        : "";
  }

  private static int compare(String left, String right) {
    Matcher a = NUMBERS.matcher(left);
    Matcher b = NUMBERS.matcher(right);
    if (!a.matches() || !b.matches()) {
      return -1;
    }
    for (int part = 1; part <= 3; part++) {
      int order = Integer.compare(Integer.parseInt(a.group(part)), Integer.parseInt(b.group(part)));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
