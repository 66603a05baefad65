package dev.aether.server.cli.load;

import dev.aether.client.Snapshot;

/** A line of an import file that contains a snapshot. */
record SnapshotLine(long number, String text, String namespace, Snapshot snapshot)
    implements ImportRecord {

  @Override
  public SnapshotLine in(String namespace) {
    return new SnapshotLine(number, text, namespace, snapshot);
  }

  /** The item to store. */
  ImportSnapshot item() {
    ActorKey actor = new ActorKey(namespace, snapshot.actorId());
    return new ImportSnapshot(actor, snapshot, text.length(), number);
  }
}
