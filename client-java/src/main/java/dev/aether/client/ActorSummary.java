package dev.aether.client;

/**
 * An actor in a list.
 *
 * @param actorId the actor
 * @param version its latest version
 */
public record ActorSummary(String actorId, long version) {}
