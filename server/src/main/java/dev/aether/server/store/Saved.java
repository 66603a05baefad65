package dev.aether.server.store;

import dev.aether.server.event.Durability;

/**
 * A commit is stored.
 *
 * @param position place in its log
 * @param replayed whether it was found stored rather than stored by this save
 */
public record Saved(
    long firstVersion,
    long lastVersion,
    int partition,
    long position,
    boolean replayed,
    Durability durability) {}
