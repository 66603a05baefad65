package dev.aether.client.actor;

/** Decides when a snapshot is due. Safe for use by many threads. */
@FunctionalInterface
public interface SnapshotRule {
  /**
   * Whether a snapshot is due after a save.
   *
   * @param before the actor's version before the save
   * @param after its version after the save, which is higher
   */
  boolean isDue(long before, long after);

  /**
   * A snapshot is due whenever this number of events has been stored.
   *
   * @param events at least 1
   */
  static SnapshotRule every(long events) {
    if (events < 1) {
      throw new IllegalArgumentException("events " + events + " is below 1");
    }
    return (before, after) -> before / events < after / events;
  }
}
