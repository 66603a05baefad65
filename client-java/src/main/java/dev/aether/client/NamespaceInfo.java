package dev.aether.client;

import java.time.Instant;

/**
 * An existing namespace.
 *
 * @param name its name
 * @param config its configuration
 * @param incarnation identifies this incarnation: a namespace that is deleted and recreated gets
 *     another one
 * @param createdAt when it was created
 */
public record NamespaceInfo(
    String name, NamespaceConfig config, String incarnation, Instant createdAt) {}
