package dev.aether.server.store.jetstream.read;

/** The part of an actor's stream that is still to be read. Not thread-safe. */
final class ReadBounds {
  /** Sequences still to read, both inclusive; none if {@code fromSequence > toSequence}. */
  long fromSequence = 1;

  long toSequence;

  /** Numbers of the oldest and the newest commit still to read backwards. */
  long fromNumber = 1;

  long toNumber;

  boolean isEmpty() {
    return fromSequence > toSequence;
  }

  /** Sets the start of the range to a commit. */
  void startAt(LocatedCommit commit) {
    fromSequence = commit.sequence();
    fromNumber = commit.header().number();
  }

  /** Sets the end of the range to a commit. */
  void endAt(LocatedCommit commit) {
    toSequence = commit.sequence();
    toNumber = commit.header().number();
  }

  /** Sets the range to everything up to a sequence. */
  void everythingTo(long sequence) {
    fromSequence = 1;
    toSequence = sequence;
  }
}
