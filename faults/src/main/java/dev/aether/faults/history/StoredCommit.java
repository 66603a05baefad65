package dev.aether.faults.history;

/**
 * A commit as a reader got it.
 *
 * @param content the {@link Content#fold} of its events
 */
public record StoredCommit(
    String namespace,
    long position,
    String actor,
    String commit,
    long firstVersion,
    long lastVersion,
    long content) {
  @Override
  public String toString() {
    return "commit "
        + commit
        + " of actor "
        + namespace
        + "/"
        + actor
        + ", versions "
        + firstVersion
        + " to "
        + lastVersion
        + " at position "
        + position;
  }
}
