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
 * The registry of namespaces. No method blocks; futures fail with a StoreException. Thread-safe.
 */
public interface Namespaces {
  /**
   * The id of the registry and thus of the store. Cursors are only valid in the store with their
   * id.
   */
  long storeId();

  /**
   * Finds a namespace in this node's copy of the registry, and asks the leader only if it is not
   * there. A namespace that another node has deleted may still be found, but then its streams do
   * not exist; a caller that notices this calls {@link #look}.
   */
  CompletableFuture<Optional<Info>> find(Namespace namespace);

  /** The namespace at the time of the call. Asks the leader. */
  CompletableFuture<Optional<Info>> look(Namespace namespace);

  /** As {@link #find}, but creates the namespace if it does not exist. */
  CompletableFuture<Info> findOrCreate(Namespace namespace);

  /**
   * Creates a namespace, even if saves may not. Fails with NAMESPACE_EXISTS if it exists, with
   * {@link StoreException.InvalidRequest} if the store cannot provide the replicas, and with
   * OUTCOME_UNKNOWN if it may have been created.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<Info> create(Namespace namespace, Settings settings, long deadline);

  /**
   * Changes the settings of a namespace while it is used. Replicas 0 keep the current number. May
   * be called again after any failure. Fails with NAMESPACE_NOT_FOUND if it does not exist, with
   * {@link StoreException.InvalidRequest} if the store cannot provide the replicas or the namespace
   * is already larger than the limit, and with OUTCOME_UNKNOWN if it may have been changed or new
   * replicas have not caught up yet.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<Info> update(Namespace namespace, Settings settings, long deadline);

  /**
   * Deletes a namespace and everything in it. After success, no node reads from it or saves to it
   * any more. Fails with NAMESPACE_NOT_FOUND if it does not exist, and with OUTCOME_UNKNOWN if it
   * may have been deleted.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<Void> delete(Namespace namespace, long deadline);

  /**
   * All matching namespaces at the time of the call. Asks the leader. Fails if the record of one of
   * them cannot be read.
   */
  CompletableFuture<List<Info>> list(NamePattern pattern);

  /**
   * Notifies the watcher of every namespace that is usable now or becomes so later, at least once
   * each, and of its changes, in order, until closed.
   *
   * @param known the namespaces that the caller already knows; it is also notified of those that
   *     have been deleted since
   */
  Watch watch(List<Info> known, Watcher watcher);

  /**
   * The settings of a namespace.
   *
   * @param replicas 0 means the store's default
   * @param maxBytes maximum size of each partition; 0 means no limit
   */
  record Settings(int replicas, long maxBytes) {
    /** The settings of a namespace that was created by a save. */
    public static final Settings DEFAULT = new Settings(0, 0);
  }

  /**
   * A namespace that can be used.
   *
   * @param incarnation the id of its incarnation
   * @param maxBytes maximum size of each partition; 0 means no limit
   */
  record Info(
      Namespace namespace,
      String incarnation,
      int partitions,
      int replicas,
      long maxBytes,
      Instant createdAt) {
    /** Whether the namespace, as the registry has it now, is still this incarnation. */
    public boolean isCurrentIn(Optional<Info> now) {
      return now.filter(found -> found.incarnation().equals(incarnation)).isPresent();
    }

    /** The logs of its partitions, in order. */
    public List<LogId> logs() {
      return IntStream.range(0, partitions)
          .mapToObj(partition -> new LogId(namespace, incarnation, partition))
          .toList();
    }

    /**
     * The only log of a namespace with one partition.
     *
     * @throws StoreException with reason STORE_UNAVAILABLE if it has more partitions: it was
     *     created by a newer release, which knows the partition of each actor, and a commit in a
     *     wrong partition would split its actor's history
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

  /**
   * Receives changes of namespaces, one at a time, on a thread of the store that it must not block.
   */
  interface Watcher {
    /** The namespace is usable. */
    void onNamespace(Info info);

    /** This incarnation of the namespace was deleted with its logs. */
    void onDeleted(Namespace namespace, String incarnation);

    /**
     * This incarnation of the namespace may have been restored from a backup, so positions of its
     * logs may have other commits than before. Called before {@link #onNamespace}.
     */
    default void onRestored(Namespace namespace, String incarnation) {}

    /** The namespace exists, but this server cannot read its registry record. */
    void onUnreadable(Namespace namespace, StoreException why);
  }

  /**
   * Checks that a new size limit is not below what a partition has.
   *
   * @throws StoreException.InvalidRequest if it is
   */
  static void checkLimit(long maxBytes, long storedBytes) {
    if (storedBytes > maxBytes) {
      throw new StoreException.InvalidRequest(
          "config.max_bytes",
          "is " + maxBytes + ", but the namespace has " + storedBytes + " bytes already");
    }
  }

  /** The error for a save that would exceed the limit of namespaces that saves create. */
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
