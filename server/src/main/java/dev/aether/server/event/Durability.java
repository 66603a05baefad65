package dev.aether.server.event;

/**
 * How safely an acknowledged commit is stored.
 *
 * @param replicas how many copies the stream has, at least 1
 * @param sync when a copy reaches the disk
 */
public record Durability(int replicas, Sync sync) {
  /** When JetStream brings what it acknowledges to disk. */
  public enum Sync {
    /** Not known: an external NATS that does not say. */
    UNKNOWN,
    /** Before it acknowledges. */
    ALWAYS,
    /** At intervals, after it acknowledged. */
    INTERVAL,
    /** Never. */
    MEMORY
  }
}
