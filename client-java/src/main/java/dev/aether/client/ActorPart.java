package dev.aether.client;

/** One of the parts from which an actor is rebuilt. */
public sealed interface ActorPart {

  /**
   * The snapshot to start from; the first part, if the actor has a snapshot.
   *
   * @param snapshot the snapshot
   */
  record SnapshotPart(Snapshot snapshot) implements ActorPart {}

  /**
   * An event after the snapshot.
   *
   * @param event the event
   */
  record EventPart(Event event) implements ActorPart {}
}
