package dev.aether.server.store.jetstream.format;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.wire.SnapshotRecord;

/**
 * The subject of an actor's snapshot, and the records in its messages.
 *
 * @param log of the actor's commits
 * @param stream of the snapshots of the same incarnation
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
   * Decodes a message's record.
   *
   * @throws StoreException.CorruptRecord if it cannot be decoded
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
