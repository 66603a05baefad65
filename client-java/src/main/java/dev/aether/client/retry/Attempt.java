package dev.aether.client.retry;

import java.util.Optional;

/**
 * What an attempt builds on.
 *
 * @param actorId the actor
 * @param latestVersion its latest version as far as is known, which the save will expect; 0: it has
 *     no events
 * @param number which attempt it is, from 1
 * @param conflict how the attempt before it ended; empty for the first
 */
public record Attempt(
    String actorId, long latestVersion, int number, Optional<Conflict> conflict) {}
