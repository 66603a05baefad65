package dev.aether.server.event;

/**
 * How safely an acknowledged commit is stored.
 *
 * @param replicas number of copies of the stream, at least 1
 * @param sync when each copy is synced to disk
 */
public record Durability(int replicas, Sync sync) {
  /** When JetStream syncs an acknowledged commit to disk. */
  public enum Sync {
    /** Unknown: an external NATS server that does not report it. */
    UNKNOWN,
    /** Before the acknowledgement. */
    ALWAYS,
    /** Periodically, after the acknowledgement. */
    INTERVAL,
    /** Never: the stream is in memory. */
    MEMORY
  }
}
