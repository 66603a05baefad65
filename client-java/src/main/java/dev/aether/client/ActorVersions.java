package dev.aether.client;

/**
 * The range of versions that an actor has.
 *
 * @param latest the latest version; 0 if the actor has no events
 * @param firstKept the first version that is still stored: 1 until a retention rule trims events, 0
 *     if the actor has no events
 */
public record ActorVersions(long latest, long firstKept) {}
