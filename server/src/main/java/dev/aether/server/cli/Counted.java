package dev.aether.server.cli;

/** Formats a number with a noun in the singular or plural: "1 event", "2 events". */
final class Counted {
  private Counted() {}

  /** {@code thing} must be a noun whose plural ends in -s. */
  static String of(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
