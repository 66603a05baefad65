package dev.aether.server.cli.load;

/** The content of a line of an import file. */
sealed interface ImportRecord permits ImportLine, SnapshotLine {
  /** The number of the line in the file, from 1. */
  long number();

  /** The whole line. */
  String text();

  /** The namespace; empty if the line has none. */
  String namespace();

  /** The record in another namespace. */
  ImportRecord in(String namespace);
}
