package dev.aether.server.cli.load;

/** What is stored as one: after what the file has of the same actor before, and before the rest. */
sealed interface ImportItem permits ImportCommit, ImportSnapshot {
  ActorKey actor();

  /** Of the lines that it was made from. */
  int chars();

  /** Number in the file of the line that begins it. */
  long firstLine();
}
