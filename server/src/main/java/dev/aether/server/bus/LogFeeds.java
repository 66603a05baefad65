package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The feeds of this node: one for each log that has subscribers, however many these are. A feed
 * without subscribers stays open for a while. Thread-safe.
 */
final class LogFeeds implements AutoCloseable {
  private static final long RING_BYTES = 128L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_RINGS = 8;

  /** The shortest time between two probes of a feed. */
  private static final Duration PROBE_EVERY = Duration.ofSeconds(2);

  /** The most feeds that are probed at a tick: 100 a second. */
  private static final int PROBES_AT_ONCE = 50;

  /** A log that has been silent for this long is probed before others. */
  private static final Duration URGENT_SILENCE = Duration.ofSeconds(4);

  private static final Duration LINGER = Duration.ofSeconds(30);

  private final CommitLog commits;
  private final RingBudget budget =
      new RingBudget(Math.min(RING_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_RINGS));

  /** Guarded by this. */
  private final Map<LogId, SharedFeed> feeds = new HashMap<>();

  /** A feed and the number of subscriptions that hold it. Guarded by {@code LogFeeds.this}. */
  private static final class SharedFeed {
    final LogFeed feed;
    int holders;
    long idleSince;

    SharedFeed(LogFeed feed) {
      this.feed = feed;
    }

    boolean isOver() {
      return feed.isLost() || (holders == 0 && System.nanoTime() - idleSince > LINGER.toNanos());
    }
  }

  LogFeeds(CommitLog commits) {
    this.commits = commits;
  }

  /** The bytes that all rings hold. */
  long ringBytes() {
    return budget.bytes();
  }

  /** The most bytes that all rings may hold. */
  long maxRingBytes() {
    return budget.maxBytes();
  }

  /** The open feed of a log, if there is one. It may close at any time. */
  synchronized Optional<LogFeed> find(LogId log) {
    return Optional.ofNullable(feeds.get(log))
        .map(shared -> shared.feed)
        .filter(feed -> !feed.isLost());
  }

  /**
   * The feed of a log. If there is none, or if it has closed because the store lost commits, a new
   * one begins after the mark. The caller must release it.
   */
  synchronized LogFeed acquire(LogId log, Mark after) {
    SharedFeed shared = feeds.get(log);
    if (shared == null || shared.feed.isLost()) {
      LogFeed begun = new LogFeed(log, commits, budget, after);
      shared = new SharedFeed(begun);
      feeds.put(log, shared);
      begun.start();
    }
    shared.holders++;
    return shared.feed;
  }

  synchronized void release(LogFeed feed) {
    SharedFeed shared = feeds.get(feed.log());
    if (shared != null && shared.feed == feed && --shared.holders == 0) {
      shared.idleSince = System.nanoTime();
    }
  }

  /** Releases the feed of a log that is gone: it closes with its last holder. */
  synchronized void discard(LogFeed feed) {
    release(feed);
    SharedFeed shared = feeds.get(feed.log());
    if (shared != null && shared.feed == feed && shared.holders == 0) {
      feeds.remove(feed.log());
      feed.close();
    }
  }

  /**
   * Closes feeds that are no longer used, and probes some others, first those whose logs are
   * silent. A few at a time are enough: tails report by themselves that they are alive.
   */
  void tick() {
    closeUnused().stream()
        .map(feed -> new Probe(feed, feed.sinceProbe(), feed.silence()))
        .filter(probe -> probe.waiting().compareTo(PROBE_EVERY) >= 0)
        .sorted(Comparator.comparing(Probe::isUrgent).thenComparing(Probe::waiting).reversed())
        .limit(PROBES_AT_ONCE)
        .forEach(probe -> probe.feed().probe());
  }

  /** Returns the feeds that stay open. */
  private synchronized List<LogFeed> closeUnused() {
    feeds.values().stream()
        .filter(SharedFeed::isOver)
        .map(shared -> shared.feed)
        .toList()
        .forEach(
            feed -> {
              feeds.remove(feed.log());
              feed.close();
            });
    return feeds.values().stream().map(shared -> shared.feed).toList();
  }

  /**
   * A feed that may be probed.
   *
   * @param waiting the time since its last probe
   * @param silence of its log
   */
  private record Probe(LogFeed feed, Duration waiting, Duration silence) {
    boolean isUrgent() {
      return silence.compareTo(URGENT_SILENCE) > 0;
    }
  }

  @Override
  public synchronized void close() {
    feeds.values().forEach(shared -> shared.feed.close());
    feeds.clear();
  }
}
