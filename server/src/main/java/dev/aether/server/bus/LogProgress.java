package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * How far a subscription has read one log. Used only on the subscription's loop, unless a comment
 * says otherwise.
 */
final class LogProgress {
  /** Replaced by another one after the store has lost commits. */
  LogFeed feed;

  /** The head when the subscription began. The log is caught up when this position is reached. */
  long headAtStart;

  /** The last record that was handled. */
  Mark mark;

  /**
   * The feed has closed because the store lost commits, and a check whether the log still has the
   * last handled record is in progress.
   */
  boolean inDoubt;

  /**
   * A cursor that contains this log was sent. That happens no later than the log's first commits: a
   * subscriber that resumes may list positions after its cursor only for logs in the cursor.
   */
  boolean inCursor;

  /** What {@link CatchUpReads} is doing for the log. */
  Reading reading = Reading.IDLE;

  /** The log is gone; the result of a read in progress is discarded. */
  boolean deleted;

  /** Records that were read from the store and are not handled yet. */
  List<SharedCommit> page = List.of();

  /** Whether it is in the queue of {@link SubscriptionLogs}. Used on any thread. */
  final AtomicBoolean ready = new AtomicBoolean();

  /** Called by the feed for each new record. */
  final Runnable follower;

  /** The state of a log's next page from the store. */
  enum Reading {
    /** Not requested. */
    IDLE,
    /** Waits for other logs' pages. */
    WAITING,
    IN_PROGRESS,
    /** The last read failed, and the next tick has not allowed another one yet. */
    FAILED
  }

  /**
   * @param onNews receives this object, on any thread, when the feed has a new record
   */
  LogProgress(LogFeed feed, Mark mark, long headAtStart, Consumer<LogProgress> onNews) {
    this.feed = feed;
    this.mark = mark;
    this.headAtStart = headAtStart;
    this.follower = () -> onNews.accept(this);
  }

  LogId id() {
    return feed.log();
  }

  long position() {
    return mark.position();
  }

  void follow() {
    feed.follow(follower);
  }

  void unfollow() {
    feed.unfollow(follower);
  }

  /** Moves to a mark unless it is before the current one. */
  void advanceTo(Mark other) {
    mark = other.position() > mark.position() ? other : mark;
  }

  /** About how many records it has not handled, as far as its feed knows. */
  long behind() {
    return Math.max(0, feed.to().position() - position());
  }

  boolean isCaughtUp() {
    return position() >= headAtStart;
  }
}
