package dev.aether.client;

import java.util.stream.Stream;

/** One item of a log read. Subscriptions deliver the same items. */
public sealed interface LogSignal extends SubscriptionSignal {

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
   * The cursor moved. A read that completes without an error always ends with a cursor, even if it
   * read nothing.
   *
   * @param cursor position after every signal so far
   */
  record CursorMoved(Cursor cursor) implements LogSignal {}

  /**
   * A record that cannot be decoded, with {@link ReadLogOptions#reportCorrupt()} or {@link
   * SubscribeOptions#reportCorrupt()}.
   *
   * @param error the record
   */
  record Corrupt(ReplayError error) implements LogSignal {}

  /** The commit if this signal is one, for use with {@link Stream#flatMap}. */
  default Stream<Commit> commits() {
    return Stream.empty();
  }
}
