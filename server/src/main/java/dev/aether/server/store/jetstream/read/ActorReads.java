package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.registry.CurrentIncarnation;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads actors where their namespaces are now: as they were recreated, if this node has not heard
 * of that yet.
 */
public final class ActorReads {
  /** How often an actor's first and last versions are read until they fit each other. */
  private static final int MAX_LOOKS = 5;

  private final ActorLogs actors;
  private final CurrentIncarnation current;

  public ActorReads(ActorLogs actors, Namespaces namespaces) {
    this.actors = actors;
    this.current = new CurrentIncarnation(namespaces, actors.damage());
  }

  /** A range of an actor's commits, as {@link EventStore#read} says. */
  public ActorReader read(ActorRange range) {
    return new Reader(range, Optional.empty());
  }

  /** The same in one incarnation only, as {@link EventStore#readIncarnation} says. */
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    return new Reader(range, Optional.of(incarnation));
  }

  /** The versions of an actor, as {@link EventStore#versions} says. */
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    return current.read(namespace, info -> versions(actors.of(info, actor)), ActorVersions.NONE);
  }

  private static CompletableFuture<ActorVersions> versions(ActorLog actor) {
    CompletableFuture<Long> firstKept = actor.firstKept();
    return actor
        .head()
        .thenCompose(
            head -> firstKept.thenCompose(first -> versions(actor, head.version(), first, 1)));
  }

  /**
   * Two reads side by side may see different moments: the first commit, or a trimming, between
   * them.
   */
  private static CompletableFuture<ActorVersions> versions(
      ActorLog actor, long latest, long firstKept, int looks) {
    if (latest == 0) {
      return CompletableFuture.completedFuture(ActorVersions.NONE);
    }
    if (firstKept >= 1 && firstKept <= latest) {
      return CompletableFuture.completedFuture(new ActorVersions(latest, firstKept));
    }
    if (looks == MAX_LOOKS) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("an actor's history changes faster than it is read"));
    }
    return actor
        .head()
        .thenCompose(
            head ->
                actor
                    .firstKept()
                    .thenCompose(first -> versions(actor, head.version(), first, looks + 1)));
  }

  /**
   * A reader that finds its namespace when the first page is asked for. The pages after it are of
   * the same incarnation: if that goes meanwhile, the reader fails rather than mix two.
   */
  private final class Reader implements ActorReader {
    private final ActorRange range;

    /** The incarnation that is to be read; empty: the current one. */
    private final Optional<String> wanted;

    private Optional<ActorHistory> history = Optional.empty();
    private Optional<String> found = Optional.empty();

    Reader(ActorRange range, Optional<String> wanted) {
      this.range = range;
      this.wanted = wanted;
    }

    @Override
    public CompletableFuture<List<LogEntry>> next() {
      if (history.isPresent()) {
        return JetStreamErrors.mapped(history.get().next());
      }
      return first().thenApply(this::unlessAnother);
    }

    private CompletableFuture<List<LogEntry>> first() {
      return current.read(
          range.namespace(),
          info -> {
            ActorHistory begun = new ActorHistory(actors.of(info, range.actor()), range);
            return begun
                .next()
                .thenApply(
                    page -> {
                      history = Optional.of(begun);
                      found = Optional.of(info.incarnation());
                      return page;
                    });
          },
          List.of());
    }

    private List<LogEntry> unlessAnother(List<LogEntry> page) {
      if (wanted.isPresent() && !wanted.equals(found)) {
        throw StoreException.namespaceNotFound(range.namespace());
      }
      return page;
    }
  }
}
