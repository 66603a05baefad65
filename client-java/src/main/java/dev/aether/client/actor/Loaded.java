package dev.aether.client.actor;

/**
 * A loaded actor.
 *
 * @param actorId the actor
 * @param state its state
 * @param version the version of the state; 0 if the actor has no events
 */
public record Loaded<S>(String actorId, S state, long version) {}
