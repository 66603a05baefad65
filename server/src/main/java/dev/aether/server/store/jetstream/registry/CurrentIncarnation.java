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
 * Reads in a namespace as it is now: where the incarnation that this node knows can't be read, the
 * registry's leader is asked, and if that knows another incarnation, or none, the read is begun
 * anew there. An incarnation that the leader knows too and that can't be read stays an error, and
 * if its stream is lost, that is said: nobody may take it for an empty one. Futures fail with a
 * StoreException. For any number of threads.
 */
public final class CurrentIncarnation {
  /** So often a namespace may be deleted and made anew while it is read. */
  private static final int MAKINGS = 5;

  private final Namespaces namespaces;
  private final LogDamage damage;

  public CurrentIncarnation(Namespaces namespaces, LogDamage damage) {
    this.namespaces = namespaces;
    this.damage = damage;
  }

  /**
   * What a read brings.
   *
   * @param read in an incarnation; run again where another one is current, so it must have no
   *     effect
   * @param nothing what is read in a namespace that nobody made
   */
  public <T> CompletableFuture<T> read(
      Namespace namespace, Function<Info, CompletableFuture<T>> read, T nothing) {
    return JetStreamErrors.mapped(
        namespaces.find(namespace).thenCompose(found -> readIn(found, read, nothing, MAKINGS)));
  }

  private <T> CompletableFuture<T> readIn(
      Optional<Info> incarnation, Function<Info, CompletableFuture<T>> read, T nothing, int left) {
    if (incarnation.isEmpty()) {
      return CompletableFuture.completedFuture(nothing);
    }
    Info info = incarnation.get();
    return read.apply(info)
        .exceptionallyCompose(
            thrown ->
                left > 1 && mayBeGone(thrown)
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
                                    : readIn(now, read, nothing, left - 1))
                    : CompletableFuture.failedFuture(thrown));
  }

  private static boolean mayBeGone(Throwable thrown) {
    StoreException why = JetStreamErrors.toStoreException(thrown);
    return why.reason() == Reason.STORE_UNAVAILABLE;
  }
}
