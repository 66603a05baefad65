package dev.aether.server.store.memory;

import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;

/** Namespaces in memory, each with one partition. */
final class InMemoryNamespaces implements Namespaces {
  private final long storeId = new SecureRandom().nextLong();
  private final boolean autoCreate;
  private final ExecutorService deliveries;
  private final Map<Namespace, MemoryPartition> partitions = new ConcurrentHashMap<>();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  InMemoryNamespaces(boolean autoCreate, ExecutorService deliveries) {
    this.autoCreate = autoCreate;
    this.deliveries = deliveries;
  }

  Optional<MemoryPartition> partition(Namespace namespace) {
    return Optional.ofNullable(partitions.get(namespace));
  }

  /**
   * The partition of a namespace, which is made if there is none.
   *
   * @throws StoreException.NamespaceNotFound if none may be made
   */
  MemoryPartition partitionOrNew(Namespace namespace) {
    MemoryPartition known = partitions.get(namespace);
    if (known != null) {
      return known;
    }
    if (!autoCreate) {
      throw new StoreException.NamespaceNotFound(namespace);
    }
    MemoryPartition made =
        new MemoryPartition(
            new LogId(namespace, UuidV7.next().toString().substring(24), 0), deliveries);
    MemoryPartition winner = partitions.putIfAbsent(namespace, made);
    if (winner != null) {
      return winner;
    }
    watchers.forEach(watcher -> watcher.onNamespace(info(made)));
    return made;
  }

  private static Info info(MemoryPartition partition) {
    return new Info(partition.log().namespace(), partition.log().incarnation(), 1, 1);
  }

  @Override
  public long storeId() {
    return storeId;
  }

  @Override
  public CompletableFuture<Optional<Info>> find(Namespace namespace) {
    return CompletableFuture.completedFuture(partition(namespace).map(InMemoryNamespaces::info));
  }

  @Override
  public CompletableFuture<Info> findOrCreate(Namespace namespace) {
    try {
      return CompletableFuture.completedFuture(info(partitionOrNew(namespace)));
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<List<Info>> list() {
    return CompletableFuture.completedFuture(
        partitions.values().stream().map(InMemoryNamespaces::info).toList());
  }

  @Override
  public Watch watch(Watcher watcher) {
    watchers.add(watcher);
    partitions.values().forEach(partition -> watcher.onNamespace(info(partition)));
    return () -> watchers.remove(watcher);
  }
}
