package dev.aether.server.store.jetstream;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.codec.CorruptCommitException;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Commit;
import java.util.Optional;

/** Stored messages as the log entries they stand for. */
final class CommitMessages {
  private CommitMessages() {}

  /** The commit of a message, or what is wrong with it. */
  static LogEntry entry(LogId log, StoredMessage message) {
    Optional<ActorId> actor = SubjectCodec.actor(log, message.subject());
    try {
      if (actor.isEmpty()) {
        throw new CorruptCommitException("lies on no actor's subject");
      }
      CommitHeader header = header(message);
      Commit commit = CommitCodec.decode(message.body(), log.namespace(), actor.get());
      if (commit.getFirstVersion() != header.firstVersion()
          || commit.getLastVersion() != header.lastVersion()) {
        throw new CorruptCommitException("holds other versions than its header says");
      }
      return new LogEntry.StoredCommit(
          log.partition(), message.sequence(), message.time(), actor.get(), commit);
    } catch (CorruptCommitException e) {
      return new LogEntry.Corrupt(
          log.partition(),
          message.sequence(),
          actor.map(ActorId::value).orElse(""),
          String.valueOf(e.getMessage()));
    }
  }

  /** The header of a message. */
  static CommitHeader header(StoredMessage message) throws CorruptCommitException {
    String text = message.header();
    if (text == null) {
      throw new CorruptCommitException("has no header " + CommitHeader.NAME);
    }
    CommitHeader header = CommitHeader.parse(text);
    if (header.before().size() > 0 && header.before().sequence(0) >= message.sequence()) {
      throw new CorruptCommitException("has a ladder that does not lead back");
    }
    return header;
  }
}
