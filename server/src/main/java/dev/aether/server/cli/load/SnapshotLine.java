package dev.aether.server.cli.load;

import dev.aether.client.Snapshot;

/** A line of an import file that holds a snapshot. */
record SnapshotLine(long number, String text, String namespace, Snapshot snapshot)
    implements ImportRecord {

  @Override
  public SnapshotLine in(String namespace) {
    return new SnapshotLine(number, text, namespace, snapshot);
  }

  /** What is to be stored. */
  ImportSnapshot item() {
    ActorKey actor = new ActorKey(namespace, snapshot.actorId());
    return new ImportSnapshot(actor, snapshot, text.length(), number);
  }
}
