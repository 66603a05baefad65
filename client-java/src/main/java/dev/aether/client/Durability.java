package dev.aether.client;

/**
 * How durably an acknowledged commit is stored.
 *
 * @param replicas number of replicas of the stream
 * @param sync when a replica syncs the commit to disk
 */
public record Durability(int replicas, Sync sync) {

  /** When JetStream syncs acknowledged commits to disk. */
  public enum Sync {
    /** Not known to the server, or not known to this client. */
    UNKNOWN,
    /** Before the acknowledgement. */
    ALWAYS,
    /**
     * At intervals, after the acknowledgement: a power failure may lose commits since the last
     * sync.
     */
    INTERVAL,
    /** Never; commits are kept in memory. */
    MEMORY
  }
}
