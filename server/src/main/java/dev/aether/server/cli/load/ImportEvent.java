package dev.aether.server.cli.load;

/**
 * An event of an import file with the identity it has in the store.
 *
 * @param eventId given by the file or made from the line
 * @param occurrence of this event id among the actor's events in the file, from 1: the second line
 *     with one id is stored only when the actor's history has the id twice
 */
record ImportEvent(ImportLine line, String eventId, int occurrence) {}
