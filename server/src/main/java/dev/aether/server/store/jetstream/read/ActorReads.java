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
 * Reads actors in the current incarnation of their namespace, even if this node has not learned of
 * it yet.
 */
public final class ActorReads {
  /** How often an actor's first and last versions are read until they are consistent. */
  private static final int MAX_READS = 5;

  private final ActorLogs actors;
  private final CurrentIncarnation current;

  public ActorReads(ActorLogs actors, Namespaces namespaces) {
    this.actors = actors;
    this.current = new CurrentIncarnation(namespaces, actors.damage());
  }

  /** Reads a range of an actor's commits, as specified by {@link EventStore#read}. */
  public ActorReader read(ActorRange range) {
    return new Reader(range, Optional.empty());
  }

  /** Reads a range in one incarnation only, as specified by {@link EventStore#readIncarnation}. */
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    return new Reader(range, Optional.of(incarnation));
  }

  /** Returns the versions of an actor, as specified by {@link EventStore#versions}. */
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
   * Repeats the two concurrent reads until they are consistent. The first commit may have been
   * stored between them, or the history trimmed.
   */
  private static CompletableFuture<ActorVersions> versions(
      ActorLog actor, long latest, long firstKept, int reads) {
    if (latest == 0) {
      return CompletableFuture.completedFuture(ActorVersions.NONE);
    }
    if (firstKept >= 1 && firstKept <= latest) {
      return CompletableFuture.completedFuture(new ActorVersions(latest, firstKept));
    }
    if (reads == MAX_READS) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("the actor's history changes faster than it can be read"));
    }
    return actor
        .head()
        .thenCompose(
            head ->
                actor
                    .firstKept()
                    .thenCompose(first -> versions(actor, head.version(), first, reads + 1)));
  }

  /**
   * A reader that looks up its namespace when the first page is requested. All later pages come
   * from the same incarnation; if it is deleted meanwhile, the reader fails rather than mix two
   * incarnations.
   */
  private final class Reader implements ActorReader {
    private final ActorRange range;

    /** The incarnation to read; empty: the current one. */
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
      return first().thenApply(this::checkIncarnation);
    }

    @Override
    public boolean isAtEnd() {
      return history.isPresent() && history.get().isAtEnd();
    }

    private CompletableFuture<List<LogEntry>> first() {
      return current.read(
          range.namespace(),
          info -> {
            ActorHistory started = new ActorHistory(actors.of(info, range.actor()), range);
            return started
                .next()
                .thenApply(
                    page -> {
                      history = Optional.of(started);
                      found = Optional.of(info.incarnation());
                      return page;
                    });
          },
          List.of());
    }

    private List<LogEntry> checkIncarnation(List<LogEntry> page) {
      if (wanted.isPresent() && !wanted.equals(found)) {
        throw StoreException.namespaceNotFound(range.namespace());
      }
      return page;
    }
  }
}
