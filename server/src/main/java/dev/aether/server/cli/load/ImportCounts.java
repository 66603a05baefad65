package dev.aether.server.cli.load;

/**
 * How far an import got.
 *
 * @param imported events stored by this run
 * @param present events that the store had already
 * @param actors met
 * @param commits stored by this run
 */
public record ImportCounts(long imported, long present, long actors, long commits) {}
