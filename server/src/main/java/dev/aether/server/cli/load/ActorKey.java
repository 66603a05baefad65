package dev.aether.server.cli.load;

/**
 * Identifies an actor in a namespace.
 *
 * @param namespace as the client names it
 */
record ActorKey(String namespace, String actorId) {
  /** By hand, like equals: an import looks actors up several times for each line. */
  @Override
  public int hashCode() {
    return 31 * namespace.hashCode() + actorId.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ActorKey key
        && actorId.equals(key.actorId)
        && namespace.equals(key.namespace);
  }
}
