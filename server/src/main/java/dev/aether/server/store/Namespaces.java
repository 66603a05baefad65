package dev.aether.server.store;

import dev.aether.server.event.LogId;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import java.time.Instant;
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

  /**
   * The namespace as far as this node knows it, asked of the leader only where it does not: what
   * was deleted behind its back may still be found, and then its streams are not there. Who meets
   * that calls {@link #look}.
   */
  CompletableFuture<Optional<Info>> find(Namespace namespace);

  /** The namespace as of the call, asked of the leader. */
  CompletableFuture<Optional<Info>> look(Namespace namespace);

  /** As {@link #find}; the namespace is made if there is none. */
  CompletableFuture<Info> findOrCreate(Namespace namespace);

  /**
   * Makes a namespace, whether or not saves may. Fails with NAMESPACE_EXISTS if there is one, with
   * {@link StoreException.InvalidRequest} if the store can't give the replicas, and with
   * OUTCOME_UNKNOWN if it may have been made.
   *
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  CompletableFuture<Info> create(Namespace namespace, Settings settings, long deadline);

  /**
   * Deletes a namespace and everything in it. When this has ended well, nobody can read or save
   * there any more, on any node. Fails with NAMESPACE_NOT_FOUND if there is none, and with
   * OUTCOME_UNKNOWN if it may have been deleted.
   *
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  CompletableFuture<Void> delete(Namespace namespace, long deadline);

  /**
   * All namespaces that match, as of the call, asked of the leader. Fails if one of them can't be
   * read here.
   */
  CompletableFuture<List<Info>> list(NamePattern pattern);

  /**
   * Is told of every namespace that is usable now or becomes so later, at least once each, and of
   * what becomes of it, in order, until closed.
   *
   * @param known what the caller has met already: of those that are gone by now it is told, too
   */
  Watch watch(List<Info> known, Watcher watcher);

  /**
   * How a namespace is kept.
   *
   * @param replicas 0: the store's default
   * @param maxBytes in each partition; 0: no limit
   */
  record Settings(int replicas, long maxBytes) {
    /** What a namespace has that a save made. */
    public static final Settings DEFAULT = new Settings(0, 0);
  }

  /**
   * A namespace that can be used.
   *
   * @param incarnation identity of this incarnation of it
   * @param maxBytes that it may take in each partition; 0: no limit
   */
  record Info(
      Namespace namespace,
      String incarnation,
      int partitions,
      int replicas,
      long maxBytes,
      Instant createdAt) {
    /** The logs of its partitions, in order. */
    public List<LogId> logs() {
      return IntStream.range(0, partitions)
          .mapToObj(partition -> new LogId(namespace, incarnation, partition))
          .toList();
    }

    /**
     * The log that holds everything of a namespace with one partition.
     *
     * @throws StoreException with reason STORE_UNAVAILABLE if it has more: a newer release made it
     *     and knows which actor belongs where, and a commit in the wrong one would split its
     *     actor's history
     */
    public LogId firstLog() {
      if (partitions != 1) {
        throw StoreException.storeUnavailable(
            "namespace "
                + namespace
                + " has "
                + partitions
                + " partitions; this server supports one");
      }
      return new LogId(namespace, incarnation, 0);
    }
  }

  /** A registration. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** Is told of namespaces, one thing at a time, on a thread of the store's that must not block. */
  interface Watcher {
    /** It is usable. */
    void onNamespace(Info info);

    /** This incarnation of it is gone, and its logs with it. */
    void onDeleted(Namespace namespace, String incarnation);

    /** It is there, but this server can't read what the registry says of it. */
    void onUnreadable(Namespace namespace, StoreException why);
  }

  /** Why a save makes no namespace although saves may make some. */
  static StoreException autoCreateLimitReached(Namespace namespace, int limit) {
    return StoreException.storeFull(
        "namespace "
            + namespace
            + " does not exist, and saves create no more namespaces once there are "
            + limit
            + " (serve --auto-create-limit "
            + limit
            + "): call CreateNamespace, delete namespaces, or raise the limit");
  }
}
