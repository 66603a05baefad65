package dev.aether.client;

/**
 * The answer to a save: the commit is stored.
 *
 * @param commitId the commit's id, given or made by the client
 * @param firstVersion version of the commit's first event
 * @param lastVersion version of its last event, the actor's latest when the commit was stored
 * @param partition partition of the namespace, from 0
 * @param position place in the partition: rising, not dense
 * @param replayed the commit was found stored already; the versions and the place are the first
 *     answer's
 * @param durability how safely it is stored
 */
public record Saved(
    String commitId,
    long firstVersion,
    long lastVersion,
    int partition,
    long position,
    boolean replayed,
    Durability durability) {}
