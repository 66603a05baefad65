package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Where a subscription stands in one log. Only touched by the subscription's loop, but where it
 * says so.
 */
final class LogProgress {
  /** Another one takes its place when the store has lost commits. */
  LogFeed feed;

  /** The head when the subscription began; reaching it is being caught up. */
  long headAtStart;

  /** The last record that was handled. */
  Mark mark;

  /** Whether the log still has that record is being asked, since the feed has ended. */
  boolean inDoubt;

  /**
   * A cursor that has this log went out. It comes with the log's first commits or before them: a
   * subscriber that names what it handled since a cursor is understood only for logs that are in
   * it.
   */
  boolean inCursor;

  /** What {@link CatchUpReads} does for it. */
  Reading reading = Reading.IDLE;

  /** The log is gone; what a read under way brings is not wanted. */
  boolean deleted;

  /** What the last read from the store brought and was not handled yet. */
  List<SharedCommit> page = List.of();

  /** Is told of each new record. */
  final Runnable follower;

  /** It is in {@link SubscriptionLogs}' queue. From any thread. */
  final AtomicBoolean ready = new AtomicBoolean();

  /** How a log's next page from the store comes. */
  enum Reading {
    /** None is wanted. */
    IDLE,
    /** Others are read first. */
    WAITS,
    UNDER_WAY,
    /** The last read failed since the last tick; not to be tried again before the next. */
    FAILED
  }

  /**
   * @param news is told of the source, from any thread, when its feed has something new
   */
  LogProgress(LogFeed feed, Mark mark, long headAtStart, Consumer<LogProgress> news) {
    this.feed = feed;
    this.mark = mark;
    this.headAtStart = headAtStart;
    this.follower = () -> news.accept(this);
  }

  LogId log() {
    return feed.log();
  }

  long position() {
    return mark.position();
  }

  /** The last record handled is this one or a later one. */
  void pass(Mark other) {
    mark = other.position() > mark.position() ? other : mark;
  }

  boolean isCaughtUp() {
    return position() >= headAtStart;
  }
}
