package dev.aether.server.bus;

import dev.aether.server.concurrent.Ticker;
import dev.aether.server.event.StoreException;
import dev.aether.server.measure.Measures;
import dev.aether.server.store.Store;
import dev.aether.v1.Broadcast;
import java.time.Duration;
import java.util.List;
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
 * Brings commits that any node stores, and broadcasts that any node publishes, to this node's
 * subscribers. Commits come through {@link LogFeeds}, broadcasts through {@link
 * BroadcastDispatcher}. Thread-safe.
 */
public final class EventBus implements AutoCloseable {
  /** The most open subscriptions. */
  public static final int MAX_SUBSCRIPTIONS = 10_000;

  private static final int THREADS = 2;
  static final Duration TICK = Duration.ofMillis(500);

  /** The shortest time between two log lines about broadcasts that were dropped. */
  private static final Duration LOSSES_EVERY = Duration.ofSeconds(10);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final Store store;
  private final LogFeeds feeds;
  private final PagePermits pages = PagePermits.ofHeap();
  private final ExecutorService executor;
  private final Ticker ticker = new Ticker("aether-bus-ticker");

  /** Subscriptions are added only under its lock, and never after the bus was closed. */
  private final Set<SubscriptionLoop> subscriptions = ConcurrentHashMap.newKeySet();

  private final BroadcastDispatcher broadcasts;

  /** Written under the lock of {@link #subscriptions}. */
  private volatile boolean closed;

  /** A bus that measures nothing. */
  public EventBus(Store store) {
    this(store, Measures.NONE);
  }

  /** A bus that measures its subscriptions. */
  public EventBus(Store store, Measures measures) {
    this.store = store;
    feeds = new LogFeeds(store.log());
    AtomicInteger number = new AtomicInteger();
    // Each subscription has at most one task in the queue, so only a closed bus rejects tasks. A
    // task that was about to be queued may still have to tell its subscriber that the bus has
    // closed, so its own thread runs it.
    executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(2 * MAX_SUBSCRIPTIONS),
            task -> daemon(task, "aether-bus-" + number.incrementAndGet()),
            (task, closed) -> task.run());
    broadcasts = new BroadcastDispatcher(store.broadcasts());
    ticker.every(
        TICK, "keep subscriptions alive", () -> subscriptions.forEach(SubscriptionLoop::tick));
    ticker.every(TICK, "probe logs", feeds::tick);
    ticker.every(LOSSES_EVERY, "report lost broadcasts", broadcasts::reportLosses);
    measure(measures);
  }

  private void measure(Measures measures) {
    measures.gauge("subscriptions", "Open subscriptions", subscriptions::size);
    measures.byNamespace(
        "subscription.lag.commits",
        "Commits that this node has received and its slowest subscription to the namespace has not"
            + " been sent, for the namespaces with most of them",
        () -> SubscriptionLag.largest(subscriptions));
    measures.gauge(
        "subscription.lag.max.commits",
        "The same for the subscription of this node that is furthest behind",
        () -> SubscriptionLag.max(subscriptions));
    measures.total(
        "broadcasts.dropped",
        "Broadcasts that were dropped because a subscriber was too slow",
        broadcasts::dropped);
    measures.limit("ring_bytes", feeds::ringBytes, feeds.maxRingBytes());
    measures.limit("subscription_pages", pages::taken, pages.max());
    measures.limit("broadcasts", broadcasts::publishing, BroadcastDispatcher.MAX_PUBLISHING);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Starts a subscription, whose frames go to the sink until it fails or is closed.
   *
   * @throws StoreException.Overloaded if there are too many subscriptions
   * @throws StoreException with reason SHUTTING_DOWN if the bus is closed
   */
  public SubscriptionLoop subscribe(SubscribeCommand command, SubscriptionSink sink) {
    SubscriptionLoop subscription = new SubscriptionLoop(this, store, executor, command, sink);
    admit(subscription);
    broadcasts.add(subscription);
    subscription.start();
    return subscription;
  }

  /** Subscriptions that are admitted before the bus closes are ended by {@link #close}. */
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
   * Sends an event that is not stored to every connected subscriber, on any node, that asked for
   * broadcasts, at most once. The future completes like that of {@link
   * dev.aether.server.store.Broadcasts#publish}, and fails with {@link StoreException.Overloaded}
   * if too many broadcasts of this node are in progress.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    return closed
        ? CompletableFuture.failedFuture(StoreException.shuttingDown())
        : broadcasts.publish(broadcast, deadline);
  }

  /** The number of broadcasts that were dropped because a subscriber of this node was too slow. */
  long droppedBroadcasts() {
    return broadcasts.dropped();
  }

  /** The open subscriptions of this node, in no order. */
  public List<SubscriptionInfo> subscriptions() {
    return subscriptions.stream().map(SubscriptionLoop::info).toList();
  }

  LogFeeds feeds() {
    return feeds;
  }

  /** Permits for pages that subscriptions read from the store. */
  PagePermits pages() {
    return pages;
  }

  void ended(SubscriptionLoop subscription) {
    broadcasts.remove(subscription);
    subscriptions.remove(subscription);
  }

  /** Ends all subscriptions with SHUTTING_DOWN. Further calls have no effect. */
  @Override
  public void close() {
    synchronized (subscriptions) {
      if (closed) {
        return;
      }
      closed = true;
    }
    ticker.close();
    broadcasts.close();
    subscriptions.forEach(subscription -> subscription.fail(StoreException.shuttingDown()));
    feeds.close();
    executor.shutdown();
  }
}
