package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;

/**
 * A range of an actor's versions, both bounds inclusive.
 *
 * @param from 0 means from the first that was not trimmed
 * @param to at least {@code from}; {@link Long#MAX_VALUE} means to the latest
 * @param backwards newest first
 */
public record ActorRange(
    Namespace namespace, ActorId actor, long from, long to, boolean backwards) {}
