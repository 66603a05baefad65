package dev.aether.server.store.jetstream;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Durability;
import dev.aether.server.store.Namespaces;

/**
 * What every save works with.
 *
 * @param maxCommitBytes the largest encoded commit
 * @param sync when NATS brings to disk what it acknowledges, as far as that is known
 */
record SaveTools(
    JetStreamApi api,
    BatchGets batches,
    LadderWalks walks,
    LogDamage damage,
    Namespaces namespaces,
    VersionCache cache,
    CommitAges ages,
    RecentCommits recent,
    Timers timers,
    Deadlines deadlines,
    int maxCommitBytes,
    Durability.Sync sync) {
  /** An actor's commits in a log. */
  ActorLog actor(LogStream stream, ActorId actor) {
    return new ActorLog(api, batches, walks, damage, stream, actor);
  }
}
