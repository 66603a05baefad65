package dev.aether.server.store.jetstream.save;

import dev.aether.server.event.Durability;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.cache.KnownCommits;
import dev.aether.server.store.jetstream.read.ActorLogs;

/**
 * What every save needs.
 *
 * @param maxCommitBytes the largest encoded commit
 * @param sync when NATS syncs acknowledged messages to disk, as far as this is known
 * @param groupCommit from how many waiting saves on they are published as a batch
 */
public record SaveContext(
    ActorLogs actors,
    Namespaces namespaces,
    KnownCommits known,
    int maxCommitBytes,
    Durability.Sync sync,
    GroupCommitThresholds groupCommit) {}
