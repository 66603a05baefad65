package dev.aether.server.store;

/**
 * Which versions of an actor there are.
 *
 * @param latest 0: nobody wrote the actor
 * @param firstKept the first that was not trimmed; 0: nobody wrote the actor
 */
public record ActorVersions(long latest, long firstKept) {
  /** An actor nobody wrote. */
  public static final ActorVersions NONE = new ActorVersions(0, 0);
}
