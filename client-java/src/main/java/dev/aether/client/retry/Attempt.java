package dev.aether.client.retry;

import java.util.Optional;

/**
 * What an attempt is based on.
 *
 * @param actorId the actor
 * @param latestVersion the actor's latest known version, which the save will expect; 0 if it has no
 *     events
 * @param number number of the attempt, from 1
 * @param conflict how the previous attempt failed; empty for the first attempt
 */
public record Attempt(
    String actorId, long latestVersion, int number, Optional<Conflict> conflict) {}
