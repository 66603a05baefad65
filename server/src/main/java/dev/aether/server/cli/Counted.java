package dev.aether.server.cli;

/** A number and what it counts, in the right number of English: "1 event", "2 events". */
final class Counted {
  private Counted() {}

  /** The thing has its plural in -s. */
  static String of(long number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
