package dev.aether.server.store;

/**
 * The versions of an actor that exist.
 *
 * @param latest 0 if the actor has no events
 * @param firstKept the first that was not trimmed; 0 if the actor has no events
 */
public record ActorVersions(long latest, long firstKept) {
  /** The versions of an actor without events. */
  public static final ActorVersions NONE = new ActorVersions(0, 0);
}
