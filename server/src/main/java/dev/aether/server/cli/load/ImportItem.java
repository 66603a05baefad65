package dev.aether.server.cli.load;

/**
 * A commit or snapshot, which is stored as a whole, in the order of the file among those of its
 * actor.
 */
sealed interface ImportItem permits ImportCommit, ImportSnapshot {
  ActorKey actor();

  /** The total length of its lines. */
  int chars();

  /** The number of its first line in the file. */
  long firstLine();
}
