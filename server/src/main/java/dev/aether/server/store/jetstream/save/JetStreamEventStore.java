package dev.aether.server.store.jetstream.save;

import dev.aether.server.codec.CommitCodec;
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
import dev.aether.server.store.jetstream.write.Writer;
import dev.aether.v1.NewEvent;
import java.util.concurrent.CompletableFuture;

/**
 * Actors' histories in JetStream. A commit is a message on the actor's own subject, and JetStream
 * decides conflicts.
 */
public final class JetStreamEventStore implements EventStore {
  private final SaveContext context;
  private final Writer writer;
  private final ActorReads reads;

  public JetStreamEventStore(SaveContext context, Writer writer, ActorReads reads) {
    this.context = context;
    this.writer = writer;
    this.reads = reads;
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    long bytes = save.events().stream().mapToLong(NewEvent::getSerializedSize).sum();
    if (bytes > Limits.COMMIT_BYTES) {
      // Such a commit was never stored, so there is no duplicate to search for. It may also exceed
      // the memory limit of the writer.
      return CompletableFuture.failedFuture(tooLarge(save));
    }
    // Two copies: a save holds its events and, for a while, the bytes of their commit.
    return writer.write(
        save.namespace().name() + ' ' + save.actor().value(),
        2 * bytes,
        new SavePolicy(context, save),
        save.deadline());
  }

  private StoreException tooLarge(Save save) {
    int size = CommitCodec.size(save.namespace(), save.actor(), save.commitId(), 1, save.events());
    return StoreException.commitTooLarge(context.maxCommitBytes(), size);
  }

  @Override
  public int maxCommitBytes() {
    return context.maxCommitBytes();
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
}
