package dev.aether.server.event;

/**
 * Identifies a log of commits: one partition of one incarnation of a namespace.
 *
 * @param incarnation a namespace that is deleted and created again gets another incarnation
 * @param partition its number, from 0
 */
public record LogId(Namespace namespace, String incarnation, int partition) {}
