package dev.aether.client.actor;

/**
 * An actor as it was read.
 *
 * @param actorId the actor
 * @param state its state
 * @param version the version up to which the state has its events; 0: nobody wrote it
 */
public record Loaded<S>(String actorId, S state, long version) {}
