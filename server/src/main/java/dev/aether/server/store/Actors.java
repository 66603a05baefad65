package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists actors, in the order of their ids as subjects write them. No method blocks; futures fail
 * with a {@link dev.aether.server.event.StoreException}. For any number of threads.
 */
public interface Actors {
  /**
   * A page. Actors that were there when the listing began come exactly once in all its pages; those
   * made meanwhile may. Fails with InvalidRequest naming page_token if the namespace is another
   * incarnation than the one {@code after} is of.
   */
  CompletableFuture<Page> list(Query query);

  /**
   * What is to be listed.
   *
   * @param prefix of the actors' ids; may be empty
   * @param maxActors at least 1
   * @param withSnapshot only those that have a snapshot; one that was deleted may count
   * @param after where the page before ended; empty: this is the first
   */
  record Query(
      Namespace namespace,
      String prefix,
      int maxActors,
      boolean withSnapshot,
      Optional<Place> after) {}

  /**
   * Where a page ended.
   *
   * @param last what was listed last, as the store orders it
   * @param asOf the store's position when the listing began
   * @param offset about how many actors come before the next one: where to look first
   */
  record Place(String incarnation, String last, long asOf, int offset) {}

  /**
   * A page.
   *
   * @param next empty: this is the last
   */
  record Page(List<Listed> actors, Optional<Place> next) {
    public static final Page EMPTY = new Page(List.of(), Optional.empty());
  }

  /**
   * An actor.
   *
   * @param version its latest; where its last record can't be decoded, the latest that can, or 0
   */
  record Listed(ActorId actor, long version) {}
}
