package dev.aether.server.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A whole store: the ports that the server needs of it. */
public interface Store extends AutoCloseable {
  EventStore events();

  Snapshots snapshots();

  Actors actors();

  CommitLog log();

  Broadcasts broadcasts();

  Namespaces namespaces();

  /** How long ago the store was last heard. Cheap, and on any thread. */
  Duration silence();

  /** Why the store can't be used now, for people; empty when it can. Cheap, and on any thread. */
  Optional<String> outage();

  /**
   * Why saves are refused now although the rest can be used, for people: the store is full. Empty
   * when they are taken. Cheap, and on any thread.
   */
  default Optional<String> saveOutage() {
    return Optional.empty();
  }

  /**
   * What the store has lost and nobody accepted, for people: a line for each log. It serves what it
   * has all the same. Cheap, and on any thread.
   */
  default List<String> damage() {
    return List.of();
  }

  /** Ends it. Saves in flight are answered first, within a bound. */
  @Override
  void close();
}
