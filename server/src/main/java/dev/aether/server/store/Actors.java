package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Lists actors, in the order of their encoded ids ({@link dev.aether.server.codec.ActorTokens}). No
 * method blocks; futures fail with a {@link dev.aether.server.event.StoreException}. Thread-safe.
 */
public interface Actors {
  /**
   * Returns a page. Actors that existed when the listing started are in exactly one of its pages;
   * those that are created in the meantime may be. Fails with InvalidRequest for page_token if
   * {@code after} belongs to another incarnation of the namespace.
   */
  CompletableFuture<Page> list(Query query);

  /**
   * The actors to list.
   *
   * @param prefix the prefix of the actors' ids; may be empty
   * @param maxActors at least 1
   * @param withSnapshot list only actors that have a snapshot, or had one that was deleted
   * @param after where the previous page ended; empty for the first page
   */
  record Query(
      Namespace namespace,
      String prefix,
      int maxActors,
      boolean withSnapshot,
      Optional<Place> after) {}

  /**
   * The end of a page.
   *
   * @param last the last encoded id in the store's order
   * @param asOf the store's position when the listing started
   * @param offset the approximate number of actors before the next one: where to search first
   */
  record Place(String incarnation, String last, long asOf, int offset) {}

  /**
   * A page.
   *
   * @param next empty if this is the last page
   */
  record Page(List<Listed> actors, Optional<Place> next) {
    public static final Page EMPTY = new Page(List.of(), Optional.empty());
  }

  /**
   * An actor.
   *
   * @param version its latest version; if its last record cannot be decoded, the latest that can,
   *     or 0
   */
  record Listed(ActorId actor, long version) {}
}
