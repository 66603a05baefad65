package dev.aether.server.cli.load;

import dev.aether.client.Snapshot;

/**
 * A snapshot that is stored if its actor has none or an older one.
 *
 * @param firstLine the number of its line
 */
record ImportSnapshot(ActorKey actor, Snapshot snapshot, int chars, long firstLine)
    implements ImportItem {}
