package dev.aether.client;

/**
 * A stored record that cannot be decoded.
 *
 * @param actorId the actor, if it is known; may be empty
 * @param partition partition of the namespace, from 0
 * @param position position of the record in its partition
 * @param reason what is wrong with it, for people
 */
public record ReplayError(String actorId, int partition, long position, String reason) {}
