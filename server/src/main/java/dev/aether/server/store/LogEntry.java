package dev.aether.server.store;

import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Mark;
import java.time.Instant;

/** A record of a log. */
public sealed interface LogEntry {
  /** Its partition. */
  int partition();

  /** Its position in the partition. Positions increase but may have gaps. */
  long position();

  /**
   * Its position and, if known, the fingerprint that distinguishes it from another record there.
   */
  default Mark mark() {
    return this instanceof StoredCommit stored
        ? Mark.of(stored.position(), stored.storedAt())
        : Mark.at(position());
  }

  /**
   * A commit.
   *
   * @param storedAt when it was stored, by the store's clock
   */
  record StoredCommit(
      int partition, long position, Instant storedAt, ActorId actor, EncodedCommit commit)
      implements LogEntry {}

  /**
   * A record that cannot be decoded.
   *
   * @param actorId the actor; empty if it is unknown
   * @param why what is wrong, as text for people
   */
  record Corrupt(int partition, long position, String actorId, String why) implements LogEntry {}
}
