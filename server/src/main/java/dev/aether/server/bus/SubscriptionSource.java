package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import java.util.List;

/** Where a subscription stands in one log. Only touched by the subscription's loop. */
final class SubscriptionSource {
  final LogFeed feed;

  /** The head when the subscription began; reaching it is being caught up. */
  final long headAtStart;

  /** The last position that was handled. */
  long position;

  /**
   * A cursor that has this log went out. It comes with the log's first commits or before them: a
   * subscriber that names what it handled since a cursor is understood only for logs that are in
   * it.
   */
  boolean inCursor;

  /** A read from the store is under way. */
  boolean reading;

  /** The last read failed since the last tick; not to be tried again before the next. */
  boolean readFailed;

  /** The log is gone; what a read under way brings is not wanted. */
  boolean deleted;

  /** What the last read from the store brought and was not handled yet. */
  List<SharedCommit> page = List.of();

  SubscriptionSource(LogFeed feed, long position, long headAtStart) {
    this.feed = feed;
    this.position = position;
    this.headAtStart = headAtStart;
  }

  LogId log() {
    return feed.log();
  }

  boolean isCaughtUp() {
    return position >= headAtStart;
  }
}
