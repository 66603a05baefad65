package dev.aether.bench.driver;

import java.util.concurrent.CompletableFuture;

/**
 * A system under load that appends to actors with optimistic concurrency: it remembers where each
 * actor ends and expects that of the system at every append. For any number of threads, but one
 * append at a time to an actor.
 */
public interface Driver extends AutoCloseable {
  /** As tables show it. */
  String name();

  /** Whether it goes through Aether; else it is what Aether is measured beside. */
  boolean isAether();

  /** How many events a commit of its has, at least 1. */
  int eventsPerCommit();

  /**
   * Appends a commit where the actor ends; never blocks for its answer.
   *
   * @param actor from 0, below the number that the driver was made for
   * @return done when the system has acknowledged it, failed if it has not
   */
  CompletableFuture<?> append(int actor);

  /** How many commits of this driver the system says it holds; asked when nothing is in flight. */
  long stored() throws Exception;

  @Override
  void close();
}
