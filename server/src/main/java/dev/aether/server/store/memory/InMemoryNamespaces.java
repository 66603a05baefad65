package dev.aether.server.store.memory;

import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;

/** Namespaces in memory, each with one partition and one replica. */
final class InMemoryNamespaces implements Namespaces {
  private final long storeId = new SecureRandom().nextLong();
  private final boolean autoCreate;
  private final int autoCreateLimit;
  private final ExecutorService deliveries;
  private final InstantSource clock;

  /** Changed only under this object's lock, so that watchers are notified of changes in order. */
  private final Map<Namespace, MemoryPartition> partitions = new ConcurrentHashMap<>();

  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  InMemoryNamespaces(
      boolean autoCreate, int autoCreateLimit, ExecutorService deliveries, InstantSource clock) {
    this.autoCreate = autoCreate;
    this.autoCreateLimit = autoCreateLimit;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  Optional<MemoryPartition> partition(Namespace namespace) {
    return Optional.ofNullable(partitions.get(namespace));
  }

  /**
   * The partition of a namespace, which is created if it does not exist.
   *
   * @throws StoreException with reason NAMESPACE_NOT_FOUND if saves must not create namespaces
   * @throws StoreException with reason STORE_FULL if saves must not create any more
   */
  MemoryPartition partitionOrNew(Namespace namespace) {
    MemoryPartition known = partitions.get(namespace);
    if (known != null) {
      return known;
    }
    if (!autoCreate) {
      throw StoreException.namespaceNotFound(namespace);
    }
    synchronized (this) {
      MemoryPartition winner = partitions.get(namespace);
      if (winner != null) {
        return winner;
      }
      if (partitions.size() >= autoCreateLimit) {
        throw Namespaces.autoCreateLimitReached(namespace, autoCreateLimit);
      }
      return make(namespace, 0);
    }
  }

  private synchronized MemoryPartition make(Namespace namespace, long maxBytes) {
    Info info =
        new Info(
            namespace, UuidV7.next().toString().substring(24), 1, 1, maxBytes, clock.instant());
    MemoryPartition made = new MemoryPartition(info, deliveries);
    partitions.put(namespace, made);
    watchers.forEach(watcher -> watcher.onNamespace(info));
    return made;
  }

  @Override
  public long storeId() {
    return storeId;
  }

  @Override
  public CompletableFuture<Optional<Info>> find(Namespace namespace) {
    return CompletableFuture.completedFuture(partition(namespace).map(MemoryPartition::info));
  }

  @Override
  public CompletableFuture<Optional<Info>> look(Namespace namespace) {
    return find(namespace);
  }

  @Override
  public CompletableFuture<Info> findOrCreate(Namespace namespace) {
    try {
      return CompletableFuture.completedFuture(partitionOrNew(namespace).info());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public synchronized CompletableFuture<Info> create(
      Namespace namespace, Settings settings, long deadline) {
    if (settings.replicas() > 1) {
      return CompletableFuture.failedFuture(onlyOneCopy(settings));
    }
    return partitions.containsKey(namespace)
        ? CompletableFuture.failedFuture(StoreException.namespaceExists(namespace))
        : CompletableFuture.completedFuture(make(namespace, settings.maxBytes()).info());
  }

  @Override
  public synchronized CompletableFuture<Info> update(
      Namespace namespace, Settings settings, long deadline) {
    MemoryPartition partition = partitions.get(namespace);
    if (partition == null) {
      return CompletableFuture.failedFuture(StoreException.namespaceNotFound(namespace));
    }
    if (settings.replicas() > 1) {
      return CompletableFuture.failedFuture(onlyOneCopy(settings));
    }
    try {
      Info updated = partition.limit(settings.maxBytes());
      watchers.forEach(watcher -> watcher.onNamespace(updated));
      return CompletableFuture.completedFuture(updated);
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static StoreException onlyOneCopy(Settings settings) {
    return new StoreException.InvalidRequest(
        "config.replicas",
        "is " + settings.replicas() + ", but a store in memory keeps only one copy");
  }

  @Override
  public synchronized CompletableFuture<Void> delete(Namespace namespace, long deadline) {
    MemoryPartition deleted = partitions.remove(namespace);
    if (deleted == null) {
      return CompletableFuture.failedFuture(StoreException.namespaceNotFound(namespace));
    }
    deleted.delete();
    watchers.forEach(watcher -> watcher.onDeleted(namespace, deleted.log().incarnation()));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<List<Info>> list(NamePattern pattern) {
    return CompletableFuture.completedFuture(
        partitions.values().stream()
            .map(MemoryPartition::info)
            .filter(info -> pattern.matches(info.namespace().name()))
            .toList());
  }

  @Override
  public synchronized Watch watch(List<Info> known, Watcher watcher) {
    watchers.add(watcher);
    for (Info met : known) {
      if (!met.isCurrentIn(partition(met.namespace()).map(MemoryPartition::info))) {
        watcher.onDeleted(met.namespace(), met.incarnation());
      }
    }
    partitions.values().forEach(partition -> watcher.onNamespace(partition.info()));
    return () -> watchers.remove(watcher);
  }
}
