package dev.aether.server.store.jetstream.format;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.store.LogEntry;

/** Decodes stored messages as log entries. */
public final class CommitMessages {
  private CommitMessages() {}

  /** Decodes a message as a commit or as a damaged record. */
  public static LogEntry entry(LogId log, StoredMessage message) {
    return SubjectCodec.actor(log, message.subject())
        .map(actor -> entry(log, actor, message))
        .orElseGet(() -> corrupt(log, "", message, "is not on an actor's subject"));
  }

  /** Decodes a message on an actor's subject as a commit or as a damaged record. */
  public static LogEntry entry(LogId log, ActorId actor, StoredMessage message) {
    try {
      return entry(log, actor, header(message), message);
    } catch (CorruptRecordException e) {
      return corrupt(log, actor.value(), message, String.valueOf(e.getMessage()));
    }
  }

  /** The same, for a message whose header is decoded already. */
  public static LogEntry entry(
      LogId log, ActorId actor, CommitHeader header, StoredMessage message) {
    try {
      EncodedCommit commit = CommitCodec.check(message.body(), log.namespace(), actor);
      if (commit.firstVersion() != header.firstVersion()
          || commit.lastVersion() != header.lastVersion()) {
        throw new CorruptRecordException("holds other versions than its header says");
      }
      return new LogEntry.StoredCommit(
          log.partition(), message.sequence(), message.time(), actor, commit);
    } catch (CorruptRecordException e) {
      return corrupt(log, actor.value(), message, String.valueOf(e.getMessage()));
    }
  }

  private static LogEntry corrupt(LogId log, String actorId, StoredMessage message, String why) {
    return new LogEntry.Corrupt(log.partition(), message.sequence(), actorId, why);
  }

  /** Decodes the header of a message. */
  public static CommitHeader header(StoredMessage message) throws CorruptRecordException {
    String text = message.header();
    if (text == null) {
      throw new CorruptRecordException("has no header " + CommitHeader.NAME);
    }
    CommitHeader header = CommitHeader.parse(text);
    if (header.before().size() > 0 && header.before().sequence(0) >= message.sequence()) {
      throw new CorruptRecordException("has skip pointers that do not lead back");
    }
    return header;
  }
}
