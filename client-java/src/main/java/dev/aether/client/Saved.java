package dev.aether.client;

/**
 * The answer to a save: the commit is stored.
 *
 * @param commitId the id of the commit, given by the writer or created by the client
 * @param firstVersion version of the commit's first event
 * @param lastVersion version of its last event, which was the actor's latest when the commit was
 *     stored
 * @param partition partition of the namespace, from 0
 * @param position position in the partition; positions increase, with gaps
 * @param replayed whether the commit was already stored; versions and position are those of the
 *     first answer
 * @param durability how durably it is stored
 */
public record Saved(
    String commitId,
    long firstVersion,
    long lastVersion,
    int partition,
    long position,
    boolean replayed,
    Durability durability) {}
