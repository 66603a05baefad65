package dev.aether.server.bus;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.v1.Broadcast;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Publishes broadcasts to the store, and passes those that come from it to the subscriptions of
 * this node that asked for them. Listens to the store once, however many subscriptions there are.
 * Thread-safe.
 */
final class BroadcastDispatcher implements Broadcasts.Listener, AutoCloseable {
  /** The most broadcasts of this node's callers that are in progress. */
  static final int MAX_PUBLISHING = 1024;

  private static final long MAX_PUBLISHING_BYTES = 32L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_PUBLISHING = 16;
  private static final Duration RETRY_AFTER = Duration.ofMillis(50);

  private final Broadcasts store;
  private final Broadcasts.Listening listening;
  private final Set<SubscriptionLoop> subscriptions = ConcurrentHashMap.newKeySet();
  private final BroadcastLosses losses = new BroadcastLosses();
  private final AtomicLong queuedBytes = new AtomicLong();
  private final long maxBytes =
      Math.min(MAX_PUBLISHING_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_PUBLISHING);

  /** Guarded by this. */
  private int publishing;

  /** Guarded by this. */
  private long publishingBytes;

  BroadcastDispatcher(Broadcasts store) {
    this.store = store;
    listening = store.listen(this);
  }

  /** See {@link EventBus#publish}. */
  CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    long bytes = broadcast.getSerializedSize();
    // A broadcast that is too large is refused by the store and takes no room.
    boolean counts = bytes <= store.maxBytes();
    if (counts && !enter(bytes)) {
      return CompletableFuture.failedFuture(
          new StoreException.Overloaded("unfinished broadcasts from this node", RETRY_AFTER));
    }
    CompletableFuture<@Nullable Void> published =
        CatchAll.begin(() -> store.publish(broadcast, deadline));
    if (counts) {
      published.whenComplete((done, thrown) -> leave(bytes));
    }
    return published;
  }

  /** A single broadcast is always admitted, however small the heap. */
  private synchronized boolean enter(long bytes) {
    boolean fits = publishing < MAX_PUBLISHING && publishingBytes + bytes <= maxBytes;
    if (!fits && publishing > 0) {
      return false;
    }
    publishing++;
    publishingBytes += bytes;
    return true;
  }

  /** How many are not finished. */
  synchronized int publishing() {
    return publishing;
  }

  private synchronized void leave(long bytes) {
    publishing--;
    publishingBytes -= bytes;
  }

  /** Passes broadcasts to a subscription from now on, if it asked for them. */
  void add(SubscriptionLoop subscription) {
    if (subscription.includesBroadcasts()) {
      subscriptions.add(subscription);
    }
  }

  void remove(SubscriptionLoop subscription) {
    subscriptions.remove(subscription);
  }

  @Override
  public void onBroadcast(Broadcast broadcast) {
    SharedBroadcast shared = new SharedBroadcast(broadcast, queuedBytes);
    for (SubscriptionLoop subscription : subscriptions) {
      if (!subscription.offer(shared)) {
        losses.dropped();
      }
    }
  }

  @Override
  public void onUnreadable(String why) {
    losses.unreadable(why);
  }

  /** Logs what was lost since the last report. Call it on one thread at a time. */
  void reportLosses() {
    losses.report();
  }

  /** The number of broadcasts that were dropped because a subscriber of this node was too slow. */
  long dropped() {
    return losses.droppedCount();
  }

  @Override
  public void close() {
    listening.close();
    losses.report();
  }
}
