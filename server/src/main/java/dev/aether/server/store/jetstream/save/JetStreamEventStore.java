package dev.aether.server.store.jetstream.save;

import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.read.ActorHistory;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.registry.CurrentIncarnation;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.codec.CommitCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Actors' histories in JetStream: a commit is a message on the actor's own subject, and JetStream
 * decides conflicts.
 */
public final class JetStreamEventStore implements EventStore {
  /** Saves of all actors that run or wait on this node; below jnats' queue of what goes out. */
  public static final int MAX_SAVES = 16_384;

  /** What these may hold together is one part in so many of the heap. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  /** How often an actor's two ends are looked at until they fit each other. */
  private static final int MAX_LOOKS = 5;

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(50);

  private final SaveContext tools;
  private final CurrentIncarnation making;
  private final KeyedSerialExecutor lanes =
      new KeyedSerialExecutor(MAX_SAVES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_SAVES);
  private volatile boolean closing;

  public JetStreamEventStore(SaveContext tools) {
    this.tools = tools;
    this.making = new CurrentIncarnation(tools.namespaces(), tools.damage());
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    if (closing) {
      return CompletableFuture.failedFuture(new StoreException.ShuttingDown());
    }
    long bytes = bytes(save);
    if (bytes > Limits.COMMIT_BYTES) {
      // No such commit was ever stored, so there is nothing to look for. And it may be larger than
      // all that the lanes take.
      return CompletableFuture.failedFuture(tooLarge(save));
    }
    SaveAttempt attempt = new SaveAttempt(tools, save);
    // Twice: a save holds its events, and for a while their commit's bytes.
    lanes
        .run(save.namespace().name() + ' ' + save.actor().value(), 2 * bytes, attempt::start)
        .ifPresent(
            bound -> attempt.refuse(new StoreException.Overloaded(bound, OVERLOAD_RETRY_AFTER)));
    return attempt.answer();
  }

  private static long bytes(Save save) {
    return save.events().stream().mapToLong(NewEvent::getSerializedSize).sum();
  }

  private StoreException tooLarge(Save save) {
    int size = CommitCodec.size(save.namespace(), save.actor(), save.commitId(), 1, save.events());
    return new StoreException.CommitTooLarge(tools.maxCommitBytes(), size);
  }

  @Override
  public ActorReader read(ActorRange range) {
    return new Located(range, Optional.empty());
  }

  @Override
  public ActorReader readMaking(String incarnation, ActorRange range) {
    return new Located(range, Optional.of(incarnation));
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    return making.read(namespace, info -> versions(log(info, actor)), ActorVersions.NONE);
  }

  private static CompletableFuture<ActorVersions> versions(ActorLog actor) {
    CompletableFuture<Long> firstKept = actor.firstKept();
    return actor
        .tip()
        .thenCompose(
            tip -> firstKept.thenCompose(first -> versions(actor, tip.version(), first, 1)));
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
        .tip()
        .thenCompose(
            tip ->
                actor
                    .firstKept()
                    .thenCompose(first -> versions(actor, tip.version(), first, looks + 1)));
  }

  private ActorLog log(Namespaces.Info namespace, ActorId actor) {
    LogStream stream = LogStream.of(namespace.firstLog(), namespace.replicas());
    return tools.actor(stream, actor);
  }

  /** Takes no new saves and waits for those in flight, at most as long as a save may take. */
  public void close(Duration atMost) {
    closing = true;
    lanes.awaitEmpty(atMost);
  }

  /**
   * A reader that finds its namespace when the first page is asked for. The pages after it are of
   * the same making: if that goes meanwhile, the reader fails rather than mix two.
   */
  private final class Located implements ActorReader {
    private final ActorRange range;

    /** The making that is to be read; empty: the current one. */
    private final Optional<String> wanted;

    private Optional<ActorHistory> history = Optional.empty();
    private Optional<String> found = Optional.empty();

    Located(ActorRange range, Optional<String> wanted) {
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
      return making.read(
          range.namespace(),
          info -> {
            ActorHistory begun = new ActorHistory(log(info, range.actor()), range);
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
        throw new StoreException.NamespaceNotFound(range.namespace());
      }
      return page;
    }
  }
}
