package dev.aether.server.event;

/**
 * One partition of one incarnation of a namespace: a log of commits.
 *
 * @param incarnation identity of this incarnation; a namespace deleted and made anew has another
 * @param partition from 0
 */
public record LogId(Namespace namespace, String incarnation, int partition) {}
