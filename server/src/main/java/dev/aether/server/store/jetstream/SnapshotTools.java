package dev.aether.server.store.jetstream;

import dev.aether.server.store.EventStore;

/**
 * What every change of a snapshot works with.
 *
 * @param events knows the actors' versions
 * @param maxBytes the largest encoded snapshot
 */
record SnapshotTools(
    JetStreamApi api,
    NamespaceRegistry namespaces,
    EventStore events,
    Timers timers,
    int maxBytes) {}
