package dev.aether.server.store.jetstream.registry;

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
    return read.apply(info)
        .exceptionallyCompose(
            thrown ->
                remaining > 1 && mayBeDeleted(thrown)
                    ? namespaces
                        .look(info.namespace())
                        .thenCompose(
                            now ->
                                now.equals(incarnation)
                                    ? damage.orLost(
                                        LogStream.of(info.firstLog(), 1),
                                        "",
                                        thrown,
                                        () ->
                                            namespaces
                                                .look(info.namespace())
                                                .thenApply(incarnation::equals))
                                    : readIn(now, read, nothing, remaining - 1))
                    : CompletableFuture.failedFuture(thrown));
  }

  private static boolean mayBeDeleted(Throwable thrown) {
    StoreException why = JetStreamErrors.toStoreException(thrown);
    return why.reason() == Reason.STORE_UNAVAILABLE;
  }
}
