package dev.aether.server.cli.load;

/**
 * How far an import got.
 *
 * @param imported events stored by this run
 * @param present events that were already stored, including those that this run sent again because
 *     it got no response the first time
 * @param actors actors in the lines read so far
 * @param commits stored by this run
 * @param snapshots stored by this run
 * @param presentSnapshots snapshots that were already stored, or for which a newer one was stored
 * @param withoutFirstStored events stored by this run whose metadata had no room for the time at
 *     which they were first stored
 */
public record ImportCounts(
    long imported,
    long present,
    long actors,
    long commits,
    long snapshots,
    long presentSnapshots,
    long withoutFirstStored) {}
