package dev.aether.bench.driver;

import java.util.concurrent.CompletableFuture;

/**
 * A system under test that appends to actors with optimistic concurrency: it remembers the end of
 * each actor and expects it at the next append. Thread-safe, but only one append at a time per
 * actor.
 */
public interface Driver extends AutoCloseable {
  /** Its name in tables. */
  String name();

  /** Returns true for Aether, and false for a system that Aether is compared with. */
  boolean isAether();

  /** The number of events per commit, at least 1. */
  int eventsPerCommit();

  /**
   * Appends a commit at the end of an actor. Does not block for the response.
   *
   * @param actor from 0, lower than the number of actors of the driver
   * @return completes when the system has acknowledged the commit, or fails
   */
  CompletableFuture<?> append(int actor);

  /**
   * Appends a commit that expects an older version than the actor's last one, so that the system
   * must refuse it. The actor must have a commit. Does not block for the response.
   *
   * @return completes when the system has refused the commit, and fails if it has stored it
   * @throws UnsupportedOperationException unless {@link #canAppendStale}
   */
  default CompletableFuture<?> appendStale(int actor) {
    throw new UnsupportedOperationException(name());
  }

  /** Returns true if {@link #appendStale} is implemented. */
  default boolean canAppendStale() {
    return false;
  }

  /**
   * The number of commits of this driver according to the system. Called when nothing is in flight.
   */
  long stored() throws Exception;

  @Override
  void close();
}
