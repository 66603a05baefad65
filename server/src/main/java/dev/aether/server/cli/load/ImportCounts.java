package dev.aether.server.cli.load;

/**
 * How far an import got.
 *
 * @param imported events stored by this run
 * @param present events that the store had already; also those that this run saved again since it
 *     heard no answer to the first time
 * @param actors met
 * @param commits stored by this run
 * @param snapshots stored by this run
 * @param presentSnapshots snapshots that the store had already, or newer ones
 * @param withoutFirstStored events stored by this run in whose metadata there was no room for when
 *     they were stored first
 */
public record ImportCounts(
    long imported,
    long present,
    long actors,
    long commits,
    long snapshots,
    long presentSnapshots,
    long withoutFirstStored) {}
