package dev.aether.server.store.jetstream.save;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.store.jetstream.cache.CommitAges;
import dev.aether.server.store.jetstream.cache.RecentCommits;
import dev.aether.server.store.jetstream.cache.VersionCache;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.read.SkipPointerReader;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Durability;
import dev.aether.server.store.Namespaces;

/**
 * What every save works with.
 *
 * @param maxCommitBytes the largest encoded commit
 * @param sync when NATS brings to disk what it acknowledges, as far as that is known
 */
public record SaveContext(
    JetStreamApi api,
    BatchReader batches,
    SkipPointerReader walks,
    LogDamage damage,
    Namespaces namespaces,
    VersionCache cache,
    CommitAges ages,
    RecentCommits recent,
    Timers timers,
    DeadlineScheduler deadlines,
    int maxCommitBytes,
    Durability.Sync sync) {
  /** An actor's commits in a log. */
  public ActorLog actor(LogStream stream, ActorId actor) {
    return new ActorLog(api, batches, walks, damage, stream, actor);
  }
}
