package dev.aether.server.store.jetstream.registry;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Reads in the current incarnation of a namespace. If a read fails in the incarnation that this
 * node knows, the registry's leader is asked. If it has another incarnation, or none, the read
 * starts again there. If it has the same incarnation, the failure is returned; if that
 * incarnation's stream is lost, the error says so, and the namespace is never taken for empty.
 * Futures fail with a StoreException. Thread-safe.
 */
public final class CurrentIncarnation {
  /** How often a namespace may be recreated during a read before the read fails. */
  private static final int MAX_INCARNATIONS = 5;

  private final Namespaces namespaces;
  private final LogDamage damage;

  public CurrentIncarnation(Namespaces namespaces, LogDamage damage) {
    this.namespaces = namespaces;
    this.damage = damage;
  }

  /**
   * Runs a read in the current incarnation.
   *
   * @param read reads in an incarnation; may run again for another incarnation, so it must have no
   *     side effects
   * @param nothing the result if the namespace does not exist
   */
  public <T> CompletableFuture<T> read(
      Namespace namespace, Function<Info, CompletableFuture<T>> read, T nothing) {
    return JetStreamErrors.mapped(
        namespaces
            .find(namespace)
            .thenCompose(found -> readIn(found, read, nothing, MAX_INCARNATIONS)));
  }

  private <T> CompletableFuture<T> readIn(
      Optional<Info> incarnation,
      Function<Info, CompletableFuture<T>> read,
      T nothing,
      int remaining) {
    if (incarnation.isEmpty()) {
      return CompletableFuture.completedFuture(nothing);
    }
    Info info = incarnation.get();
    CompletableFuture<T> result = read.apply(info);
    return remaining > 1
        ? unlessDeleted(info.firstLog(), result, now -> readIn(now, read, nothing, remaining - 1))
        : result;
  }

  /**
   * Completes with the result of a read of a log. If the read failed and the registry's leader does
   * not have the log's incarnation any more, that is the cause. If it has, but the stream is gone,
   * the log is lost.
   *
   * @param ifDeleted the result for what the registry's leader has instead
   */
  public <T> CompletableFuture<T> unlessDeleted(
      LogId log,
      CompletableFuture<T> result,
      Function<Optional<Info>, CompletableFuture<T>> ifDeleted) {
    return result.exceptionallyCompose(
        thrown ->
            mayBeDeleted(thrown)
                ? namespaces
                    .look(log.namespace())
                    .thenCompose(
                        now ->
                            isOf(log, now)
                                ? damage.orLost(
                                    LogStream.of(log, 1), "", thrown, () -> isCurrent(log))
                                : ifDeleted.apply(now))
                : CompletableFuture.failedFuture(thrown));
  }

  private CompletableFuture<Boolean> isCurrent(LogId log) {
    return namespaces.look(log.namespace()).thenApply(now -> isOf(log, now));
  }

  private static boolean isOf(LogId log, Optional<Info> incarnation) {
    return incarnation.filter(info -> info.incarnation().equals(log.incarnation())).isPresent();
  }

  private static boolean mayBeDeleted(Throwable thrown) {
    StoreException why = JetStreamErrors.toStoreException(thrown);
    return why.reason() == Reason.STORE_UNAVAILABLE;
  }
}
