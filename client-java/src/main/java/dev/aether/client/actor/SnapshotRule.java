package dev.aether.client.actor;

/** Says when a snapshot is due. For any number of threads. */
@FunctionalInterface
public interface SnapshotRule {
  /**
   * Whether a save makes a snapshot due.
   *
   * @param before the actor's version before the save
   * @param after its version now, above that
   */
  boolean isDue(long before, long after);

  /**
   * Each time that so many more events are stored.
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
