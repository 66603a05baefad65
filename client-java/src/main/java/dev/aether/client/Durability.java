package dev.aether.client;

/**
 * How safely an acknowledged commit is stored.
 *
 * @param replicas number of replicas of the stream
 * @param sync when a replica's acknowledgement is given
 */
public record Durability(int replicas, Sync sync) {

  /** When JetStream brings what it acknowledges to disk. */
  public enum Sync {
    /** Not known to the server, or newer than this client. */
    UNKNOWN,
    /** Before it acknowledges. */
    ALWAYS,
    /** At intervals, after it acknowledged: a power failure may lose what came since. */
    INTERVAL,
    /** Never: held in memory. */
    MEMORY
  }
}
