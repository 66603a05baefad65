package dev.aether.server.store.jetstream.read;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import java.util.Optional;

/** Missing and unreadable records of one actor, and the errors that report them. */
public record ActorDamage(LogDamage log, LogStream stream, ActorId actor) {
  /** Whether an operator has accepted that records up to this sequence are missing. */
  public boolean isTrimmed(long sequence) {
    return sequence <= log.acceptedThrough(stream);
  }

  /** Reports that the actor's record at a sequence is missing, and returns the error for it. */
  StoreException.CorruptRecord missing(long sequence) {
    log.unreadable().add(stream, actor, sequence, "record " + sequence + " can't be found");
    return corrupt(sequence, "is missing from the log, and Aether deleted nothing");
  }

  /**
   * Returns an error if the actor's message at a sequence is lost. This node has seen that message,
   * and the actor's head is now before it. If the stream has several replicas, a deposed leader may
   * have returned that head, so nothing is reported.
   */
  public Optional<StoreException> lost(long sequence) {
    return !stream.hasFollowers() && !isTrimmed(sequence)
        ? Optional.of(missing(sequence))
        : Optional.empty();
  }

  /**
   * Returns an error if the log is damaged. A writer expects a version above the actor's head, and
   * the log may have lost that version.
   */
  public Optional<StoreException> lostUpTo(long lastSequence, long version) {
    return log.of(stream)
        .map(
            loss ->
                corrupt(
                    lastSequence,
                    "version "
                        + Long.toUnsignedString(version)
                        + " is not in the log, and the log is damaged: "
                        + loss.description()));
  }

  StoreException.CorruptRecord corrupt(long position, String why) {
    return new StoreException.CorruptRecord(actor.value(), stream.log().partition(), position, why);
  }

  static LogEntry entry(StoreException.CorruptRecord damage) {
    return new LogEntry.Corrupt(
        damage.partition(), damage.position(), damage.actorId(), damage.why());
  }
}
