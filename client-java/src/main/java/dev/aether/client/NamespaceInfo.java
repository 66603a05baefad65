package dev.aether.client;

import java.time.Instant;

/**
 * A namespace as it is.
 *
 * @param name its name
 * @param config how it is kept
 * @param incarnation identity of this making of it: a namespace deleted and made anew has another
 * @param createdAt when it was made
 */
public record NamespaceInfo(
    String name, NamespaceConfig config, String incarnation, Instant createdAt) {}
