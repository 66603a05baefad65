package dev.aether.server.store.jetstream.save;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Durability;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.cache.KnownCommits;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.read.ActorLogs;
import dev.aether.server.store.jetstream.wire.JetStreamApi;

/**
 * What every save works with.
 *
 * @param maxCommitBytes the largest encoded commit
 * @param sync when NATS brings to disk what it acknowledges, as far as that is known
 */
public record SaveContext(
    JetStreamApi api,
    ActorLogs actors,
    LogDamage damage,
    Namespaces namespaces,
    KnownCommits known,
    Timers timers,
    DeadlineScheduler deadlines,
    int maxCommitBytes,
    Durability.Sync sync) {}
