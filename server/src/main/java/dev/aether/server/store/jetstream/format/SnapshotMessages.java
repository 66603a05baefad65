package dev.aether.server.store.jetstream.format;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.wire.SnapshotRecord;

/**
 * Where an actor's snapshot lies, and its messages as the records they are.
 *
 * @param log that the actor's commits are in
 * @param stream of the snapshots of that incarnation of the namespace
 */
public record SnapshotMessages(LogId log, ActorId actor, String stream, String subject) {
  public static SnapshotMessages of(Namespaces.Info namespace, ActorId actor) {
    LogId log = namespace.firstLog();
    return new SnapshotMessages(
        log,
        actor,
        SubjectCodec.snapshotStream(namespace),
        SubjectCodec.snapshotSubject(log, actor));
  }

  /**
   * The record of a message.
   *
   * @throws StoreException.CorruptRecord if it can't be read
   */
  public SnapshotRecord record(StoredMessage message) {
    try {
      return SnapshotCodec.decode(message.body(), actor);
    } catch (CorruptRecordException e) {
      throw new StoreException.CorruptRecord(
          actor.value(), log.partition(), message.sequence(), "the snapshot " + e.getMessage());
    }
  }
}
