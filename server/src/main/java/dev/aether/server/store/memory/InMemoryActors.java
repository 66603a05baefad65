package dev.aether.server.store.memory;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Lists the actors of a namespace in memory. */
final class InMemoryActors implements Actors {
  private final InMemoryNamespaces namespaces;

  InMemoryActors(InMemoryNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  @Override
  public CompletableFuture<Page> list(Query query) {
    Optional<MemoryPartition> partition = namespaces.partition(query.namespace());
    String incarnation = partition.map(found -> found.log().incarnation()).orElse("");
    if (query.after().filter(after -> !after.incarnation().equals(incarnation)).isPresent()) {
      return CompletableFuture.failedFuture(
          new StoreException.InvalidRequest(
              "page_token", "was issued for a namespace that has since been deleted"));
    }
    return CompletableFuture.completedFuture(
        partition.map(found -> page(query, found)).orElse(Page.EMPTY));
  }

  private static Page page(Query query, MemoryPartition partition) {
    String from = query.after().map(Place::last).orElse("");
    String prefix = ActorTokens.encodePrefix(query.prefix());
    List<ActorId> left =
        partition.actorsAfter(from).stream()
            .filter(actor -> ActorTokens.encode(actor.value()).startsWith(prefix))
            .filter(actor -> !query.withSnapshot() || partition.hasHadSnapshot(actor))
            .limit(query.maxActors() + 1L)
            .toList();
    List<Listed> actors =
        left.stream()
            .limit(query.maxActors())
            .map(actor -> new Listed(actor, partition.latest(actor)))
            .toList();
    return new Page(
        actors,
        left.size() > actors.size()
            ? Optional.of(
                new Place(
                    partition.log().incarnation(),
                    ActorTokens.encode(actors.get(actors.size() - 1).actor().value()),
                    0,
                    0))
            : Optional.empty());
  }
}
