package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Finds an actor's first version that was not trimmed, as the leader sees it; 0 for an actor
 * without commits.
 *
 * <p>A damaged record does not reveal its version. If the damaged records at the beginning are all
 * the commits before the first readable one, the result is 1. Otherwise it is the first version of
 * the first readable commit.
 */
final class FirstKeptVersion {
  /** How many damaged records at the beginning are skipped, with one request each. */
  private static final int MAX_DAMAGED = 100;

  private final JetStreamApi api;
  private final ActorLog actor;
  private final LogStream stream;

  FirstKeptVersion(JetStreamApi api, ActorLog actor) {
    this.api = api;
    this.actor = actor;
    this.stream = actor.stream();
  }

  CompletableFuture<Long> find() {
    return find(1, 0);
  }

  private CompletableFuture<Long> find(long sequence, int damagedBefore) {
    return api.next(stream, sequence, actor.subject())
        .thenCompose(
            first ->
                damagedBefore < MAX_DAMAGED && first.isPresent() && !isReadable(first.get())
                    ? find(first.get().sequence() + 1, damagedBefore + 1)
                    : CompletableFuture.completedFuture(
                        version(first.map(actor::located), damagedBefore)));
  }

  private boolean isReadable(StoredMessage message) {
    return actor.readable(message).isPresent();
  }

  private long version(Optional<LocatedCommit> first, int damagedBefore) {
    if (first.isEmpty()) {
      return 0;
    }
    long number = first.get().header().number();
    boolean isWhole =
        number == damagedBefore + 1L
            || !actor.damage().isTrimmed(actor.before(first.get().message()));
    return isWhole && number > 1 ? 1 : first.get().header().firstVersion();
  }
}
