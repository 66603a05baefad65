package dev.aether.server.store.jetstream.save;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.read.ActorReads;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Actors' histories in JetStream: a commit is a message on the actor's own subject, and JetStream
 * decides conflicts.
 */
public final class JetStreamEventStore implements EventStore {
  /** Saves of all actors that run or wait on this node; below jnats' queue of what goes out. */
  public static final int MAX_SAVES = JetStreamApi.MAX_PUBLISHES;

  /** What these may hold together is one part in so many of the heap. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(50);

  private final SaveContext tools;
  private final ActorReads reads;
  private final KeyedSerialExecutor lanes =
      new KeyedSerialExecutor(MAX_SAVES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_SAVES);
  private volatile boolean closing;

  public JetStreamEventStore(SaveContext tools, ActorReads reads) {
    this.tools = tools;
    this.reads = reads;
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    if (closing) {
      return CompletableFuture.failedFuture(StoreException.shuttingDown());
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
    return StoreException.commitTooLarge(tools.maxCommitBytes(), size);
  }

  @Override
  public ActorReader read(ActorRange range) {
    return reads.read(range);
  }

  @Override
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    return reads.readIncarnation(incarnation, range);
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    return reads.versions(namespace, actor);
  }

  /** Takes no new saves and waits for those in flight, at most as long as a save may take. */
  public void close(Duration atMost) {
    closing = true;
    lanes.awaitEmpty(atMost);
  }
}
