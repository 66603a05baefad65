package dev.aether.client;

/** A part of what rebuilds an actor. */
public sealed interface ActorPart {

  /**
   * What to begin with; comes first, if there is one.
   *
   * @param snapshot the snapshot
   */
  record Begin(Snapshot snapshot) implements ActorPart {}

  /**
   * What comes next.
   *
   * @param event the event
   */
  record Next(Event event) implements ActorPart {}
}
