package dev.aether.server.store;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A store: all the ports that the server needs. */
public interface Store extends AutoCloseable {
  EventStore events();

  Snapshots snapshots();

  Actors actors();

  CommitLog log();

  Broadcasts broadcasts();

  Namespaces namespaces();

  /** What the store is, for the log. */
  default String description() {
    return getClass().getSimpleName();
  }

  /** The time since the store last responded. Cheap and thread-safe. */
  Duration silence();

  /** Why the store cannot be used, as text for people; empty if it can. Cheap and thread-safe. */
  Optional<String> outage();

  /**
   * Why saves are refused although everything else works, as text for people: the store is full.
   * Empty if saves are accepted. Cheap and thread-safe.
   */
  default Optional<String> saveOutage() {
    return Optional.empty();
  }

  /**
   * Why saves seem to get no answer although the store can be used, as text for people; empty if
   * they get one, or if nobody saves. Cheap and thread-safe.
   */
  default Optional<String> saveSilence() {
    return Optional.empty();
  }

  /**
   * Losses of the store that nobody has accepted, as text for people, one line per log. The store
   * serves what is left nevertheless. Cheap and thread-safe.
   */
  default List<String> damage() {
    return List.of();
  }

  /** Closes the store. Waits for a limited time until saves in flight are answered. */
  @Override
  void close();
}
