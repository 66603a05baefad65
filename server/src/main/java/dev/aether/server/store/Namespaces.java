package dev.aether.server.store;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * The registry of namespaces. No method blocks; futures fail with a StoreException. For any number
 * of threads.
 */
public interface Namespaces {
  /** Identity of the registry, and so of the store: cursors are bound to it. */
  long storeId();

  /** The namespace as of the call, asked of the leader where this node does not know it. */
  CompletableFuture<Optional<Info>> find(Namespace namespace);

  /** The namespace; made if there is none. */
  CompletableFuture<Info> findOrCreate(Namespace namespace);

  /** All namespaces as of the call, asked of the leader. */
  CompletableFuture<List<Info>> list();

  /**
   * Is told of every namespace that is usable now or becomes so later, at least once each, until
   * closed.
   */
  Watch watch(Watcher watcher);

  /** A namespace that can be used. */
  record Info(Namespace namespace, String incarnation, int partitions, int replicas) {
    /** The logs of its partitions, in order. */
    public List<LogId> logs() {
      return IntStream.range(0, partitions)
          .mapToObj(partition -> new LogId(namespace, incarnation, partition))
          .toList();
    }

    /**
     * The log that holds everything of a namespace with one partition.
     *
     * @throws StoreException.StoreUnavailable if it has more: a newer release made it and knows
     *     which actor belongs where, and a commit in the wrong one would split its actor's history
     */
    public LogId firstLog() {
      if (partitions != 1) {
        throw new StoreException.StoreUnavailable(
            "namespace " + namespace + " has " + partitions + " partitions; this server knows one");
      }
      return new LogId(namespace, incarnation, 0);
    }
  }

  /** A registration. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Is told of namespaces, on a thread of the store's that it must not block. */
  interface Watcher {
    void onNamespace(Info info);
  }
}
