package dev.aether.server.cli.load;

/**
 * An event of an import file with its identity in the store.
 *
 * @param eventId from the file, or derived from the line
 * @param occurrence of this event id among the actor's events in the file, from 1: the second line
 *     with the same id counts as stored only if the actor's history has the id twice
 */
record ImportEvent(ImportLine line, String eventId, int occurrence) {}
