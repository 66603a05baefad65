package dev.aether.server.cli.load;

/**
 * An actor of a namespace.
 *
 * @param namespace as the client names it
 */
record ActorKey(String namespace, String actorId) {}
