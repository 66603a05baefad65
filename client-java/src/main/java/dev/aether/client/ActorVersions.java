package dev.aether.client;

/**
 * Which versions an actor has.
 *
 * @param latest the latest version; 0 for an actor nobody wrote
 * @param firstKept the first version still kept; 1 until a retention rule trimmed, 0 for an actor
 *     nobody wrote
 */
public record ActorVersions(long latest, long firstKept) {}
