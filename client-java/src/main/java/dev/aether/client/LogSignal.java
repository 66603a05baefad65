package dev.aether.client;

import java.util.stream.Stream;

/** What the read of a log delivers, one at a time. */
public sealed interface LogSignal {

  /**
   * A commit, in order within a partition.
   *
   * @param commit the commit, whole
   */
  record Committed(Commit commit) implements LogSignal {
    @Override
    public Stream<Commit> commits() {
      return Stream.of(commit);
    }
  }

  /**
   * The cursor moved on. A read that ends without an error ends with one, also if it read nothing.
   *
   * @param cursor stands after every signal so far
   */
  record CursorMoved(Cursor cursor) implements LogSignal {}

  /**
   * A record that can't be decoded, with {@link ReadLogOptions#reportCorrupt()}.
   *
   * @param error the record
   */
  record Corrupt(ReplayError error) implements LogSignal {}

  /** The commit, if this is one: for {@link Stream#flatMap}. */
  default Stream<Commit> commits() {
    return Stream.empty();
  }
}
