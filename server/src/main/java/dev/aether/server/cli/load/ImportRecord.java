package dev.aether.server.cli.load;

/** What a line of an import file says. */
sealed interface ImportRecord permits ImportLine, SnapshotLine {
  /** Number of the line in the file, from 1. */
  long number();

  /** The whole line. */
  String text();

  /** Empty where the line names none. */
  String namespace();

  /** The record in another namespace. */
  ImportRecord in(String namespace);
}
