package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Mark;
import dev.aether.v1.Commit;
import java.time.Instant;

/** A record of a log, as it was read. */
public sealed interface LogEntry {
  /** The partition it stands in. */
  int partition();

  /** Its place in the partition: rising, not dense. */
  long position();

  /** Its position, and what tells it from another record there, if that is known. */
  default Mark mark() {
    return this instanceof StoredCommit stored
        ? Mark.of(stored.position(), stored.storedAt())
        : Mark.at(position());
  }

  /**
   * A commit.
   *
   * @param storedAt the store's own time
   */
  record StoredCommit(int partition, long position, Instant storedAt, ActorId actor, Commit commit)
      implements LogEntry {}

  /**
   * A record that can't be decoded.
   *
   * @param actorId the actor as far as it is known, else empty
   * @param why what is wrong, for people
   */
  record Corrupt(int partition, long position, String actorId, String why) implements LogEntry {}
}
