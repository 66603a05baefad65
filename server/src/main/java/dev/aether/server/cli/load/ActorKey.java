package dev.aether.server.cli.load;

/**
 * Identifies an actor in a namespace.
 *
 * @param namespace as the client names it
 */
record ActorKey(String namespace, String actorId) {}
