package dev.aether.server.store;

import dev.aether.server.event.Durability;

/**
 * The outcome of a successful save.
 *
 * @param position of the commit in its log
 * @param replayed whether the commit was already stored, rather than stored by this save
 */
public record Saved(
    long firstVersion,
    long lastVersion,
    int partition,
    long position,
    boolean replayed,
    Durability durability) {}
