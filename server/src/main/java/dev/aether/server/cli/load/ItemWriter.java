package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Stores items that are not stored yet. Called on the loop thread, and for one item of an actor at
 * a time.
 */
final class ItemWriter {
  private final CommitWriter commits;
  private final SnapshotWriter snapshots;

  ItemWriter(AsyncAetherClient client, CommitSaver saver, Executor loop, ImportTally tally) {
    this.commits = new CommitWriter(client, saver, loop, tally);
    this.snapshots = new SnapshotWriter(client, tally);
  }

  /** Completes when the item is stored, or with {@link ImportStopped} if it cannot be stored. */
  CompletableFuture<?> write(ImportItem item) {
    return item instanceof ImportSnapshot snapshot
        ? snapshots.write(snapshot)
        : commits.write((ImportCommit) item);
  }
}
