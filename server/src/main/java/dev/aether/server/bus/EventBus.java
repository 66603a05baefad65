package dev.aether.server.bus;

import dev.aether.server.concurrent.Ticker;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Store;
import dev.aether.v1.Broadcast;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Brings what any node stores to this node's subscribers. There is one {@link LogFeed} for each log
 * that is subscribed to, however many subscribe; a feed without subscribers lingers a while and
 * ends. Broadcasts go their own way, {@link BroadcastDispatcher}. For any number of threads.
 */
public final class EventBus implements AutoCloseable {
  /** Subscriptions at once. */
  public static final int MAX_SUBSCRIPTIONS = 10_000;

  private static final long RING_BYTES = 128L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_RINGS = 8;
  private static final int THREADS = 2;
  private static final Duration TICK = Duration.ofMillis(500);
  private static final Duration PROBE_TICK = Duration.ofMillis(500);

  /** Between two probes of a feed there is at least so long. */
  private static final Duration PROBE_EVERY = Duration.ofSeconds(2);

  /** So many feeds are probed at a tick: 100 a second. */
  private static final int PROBES_AT_ONCE = 50;

  /** A log of which nothing was heard for so long is probed before others. */
  private static final Duration URGENT_SILENCE = Duration.ofSeconds(4);

  /** What slow subscribers did not get is said in the log so often at most. */
  private static final Duration LOSSES_EVERY = Duration.ofSeconds(10);

  private static final Duration LINGER = Duration.ofSeconds(30);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Store store;
  private final RingBudget budget =
      new RingBudget(Math.min(RING_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_RINGS));
  private final PagePermits pages = PagePermits.ofHeap();
  private final ExecutorService pumps;
  private final Ticker ticker = new Ticker("aether-bus-ticker");

  /** None is added but under its lock, and none when the bus is closed. */
  private final Set<SubscriptionLoop> subscriptions = ConcurrentHashMap.newKeySet();

  private final BroadcastDispatcher broadcasting;

  /** Guarded by itself. */
  private final Map<LogId, SharedFeed> feeds = new HashMap<>();

  /** Written under the lock of {@link #subscriptions}. */
  private volatile boolean closed;

  /** A feed and how many subscriptions hold it. Guarded by {@link #feeds}. */
  private static final class SharedFeed {
    final LogFeed feed;
    int holders;
    long idleSince;

    SharedFeed(LogFeed feed) {
      this.feed = feed;
    }
  }

  public EventBus(Store store) {
    this.store = store;
    AtomicInteger number = new AtomicInteger();
    // Each subscription has at most one task in the queue, so only the closed bus refuses any. One
    // that was about to be handed over then still has its subscriber to tell: its thread does it.
    pumps =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(2 * MAX_SUBSCRIPTIONS),
            task -> daemon(task, "aether-bus-" + number.incrementAndGet()),
            (task, closed) -> task.run());
    broadcasting = new BroadcastDispatcher(store.broadcasts());
    ticker.every(
        TICK, "keep subscriptions alive", () -> subscriptions.forEach(SubscriptionLoop::tick));
    ticker.every(PROBE_TICK, "probe logs", this::probe);
    ticker.every(LOSSES_EVERY, "report lost broadcasts", broadcasting::reportLosses);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Begins a subscription; its frames go to the sink until it fails or is closed.
   *
   * @throws StoreException.Overloaded if there are too many
   * @throws StoreException with reason SHUTTING_DOWN if the bus is closed
   */
  public SubscriptionLoop subscribe(SubscribeCommand command, SubscriptionSink sink) {
    SubscriptionLoop subscription = new SubscriptionLoop(this, store, pumps, command, sink);
    admit(subscription);
    broadcasting.add(subscription);
    subscription.start();
    return subscription;
  }

  /** Who is in before close begins is ended by it; nobody comes in afterwards. */
  private void admit(SubscriptionLoop subscription) {
    synchronized (subscriptions) {
      if (closed) {
        throw StoreException.shuttingDown();
      }
      if (subscriptions.size() >= MAX_SUBSCRIPTIONS) {
        throw new StoreException.Overloaded(
            "subscriptions on this node, at most " + MAX_SUBSCRIPTIONS, RETRY_AFTER);
      }
      subscriptions.add(subscription);
    }
  }

  /**
   * Hands an event that is not stored to the subscribers connected now, on all nodes, that asked
   * for broadcasts: at most once. Answers as {@link dev.aether.server.store.Broadcasts#publish},
   * and fails with {@link StoreException.Overloaded} where too many are on their way.
   *
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    return closed
        ? CompletableFuture.failedFuture(StoreException.shuttingDown())
        : broadcasting.publish(broadcast, deadline);
  }

  /** How often a broadcast was dropped since a subscriber of this node was too slow for it. */
  long droppedBroadcasts() {
    return broadcasting.dropped();
  }

  /** For pages that subscriptions read from the store. */
  PagePermits pages() {
    return pages;
  }

  void ended(SubscriptionLoop subscription) {
    broadcasting.remove(subscription);
    subscriptions.remove(subscription);
  }

  /** The feed of a log if it has one now; it may end at any time. */
  Optional<LogFeed> feed(LogId log) {
    synchronized (feeds) {
      return Optional.ofNullable(feeds.get(log))
          .map(shared -> shared.feed)
          .filter(feed -> !feed.isLost());
    }
  }

  /**
   * The feed of a log, begun after a record if there is none yet, or only one that ended since the
   * store has lost commits. Each is to be released.
   */
  LogFeed acquire(LogId log, Mark after) {
    synchronized (feeds) {
      SharedFeed shared = feeds.get(log);
      if (shared == null || shared.feed.isLost()) {
        LogFeed begun = new LogFeed(log, store.log(), budget, after);
        shared = new SharedFeed(begun);
        feeds.put(log, shared);
        begun.start();
      }
      shared.holders++;
      return shared.feed;
    }
  }

  void release(LogFeed feed) {
    synchronized (feeds) {
      SharedFeed shared = feeds.get(feed.log());
      if (shared != null && shared.feed == feed && --shared.holders == 0) {
        shared.idleSince = System.nanoTime();
      }
    }
  }

  /** Releases the feed of a log that is gone: it ends with its last holder. */
  void discard(LogFeed feed) {
    release(feed);
    synchronized (feeds) {
      SharedFeed shared = feeds.get(feed.log());
      if (shared != null && shared.feed == feed && shared.holders == 0) {
        feeds.remove(feed.log());
        feed.close();
      }
    }
  }

  /**
   * Probes the feeds by turns, a few at a time however many there are: that they are alive is heard
   * of their tails. First come those of which nothing is heard.
   */
  private void probe() {
    List<LogFeed> all;
    synchronized (feeds) {
      feeds.values().stream()
          .filter(shared -> isOver(shared) || shared.feed.isLost())
          .map(shared -> shared.feed)
          .toList()
          .forEach(
              feed -> {
                feeds.remove(feed.log());
                feed.close();
              });
      all = feeds.values().stream().map(shared -> shared.feed).toList();
    }
    all.stream()
        .map(feed -> new Probe(feed, feed.sinceProbe(), feed.silence()))
        .filter(probe -> probe.waits().compareTo(PROBE_EVERY) >= 0)
        .sorted(Comparator.comparing(Probe::isUrgent).thenComparing(Probe::waits).reversed())
        .limit(PROBES_AT_ONCE)
        .forEach(probe -> probe.feed().probe());
  }

  /**
   * A feed that may be probed.
   *
   * @param waits since its last probe
   * @param silence of its log
   */
  private record Probe(LogFeed feed, Duration waits, Duration silence) {
    boolean isUrgent() {
      return silence.compareTo(URGENT_SILENCE) > 0;
    }
  }

  private static boolean isOver(SharedFeed shared) {
    return shared.holders == 0 && System.nanoTime() - shared.idleSince > LINGER.toNanos();
  }

  /** Ends all subscriptions with SHUTTING_DOWN. More than once, it does nothing more. */
  @Override
  public void close() {
    synchronized (subscriptions) {
      if (closed) {
        return;
      }
      closed = true;
    }
    ticker.close();
    broadcasting.close();
    subscriptions.forEach(subscription -> subscription.fail(StoreException.shuttingDown()));
    synchronized (feeds) {
      feeds.values().forEach(shared -> shared.feed.close());
      feeds.clear();
    }
    pumps.shutdown();
  }
}
