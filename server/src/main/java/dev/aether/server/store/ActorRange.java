package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;

/**
 * A range of an actor's versions, bounds included.
 *
 * @param from 0: from the first that is kept
 * @param to at least {@code from}; {@link Long#MAX_VALUE}: to the latest
 * @param backwards newest first
 */
public record ActorRange(
    Namespace namespace, ActorId actor, long from, long to, boolean backwards) {}
