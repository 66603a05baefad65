package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.store.EventStore;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.wire.JetStreamApi;

/**
 * What every change of a snapshot needs.
 *
 * @param events provides the actors' versions
 * @param maxBytes the largest encoded snapshot
 */
public record SnapshotContext(
    JetStreamApi api, NamespaceRegistry namespaces, EventStore events, int maxBytes) {}
