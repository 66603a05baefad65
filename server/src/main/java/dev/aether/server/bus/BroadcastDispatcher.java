package dev.aether.server.bus;

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
 * The broadcasts' way through the bus: out to the store, and from it to the subscriptions of this
 * node that asked for them. The store is listened to once, however many subscribe. For any number
 * of threads.
 */
final class BroadcastDispatcher implements Broadcasts.Listener, AutoCloseable {
  /** Broadcasts of this node's callers that are not answered yet. */
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

  /** As {@link EventBus#publish}. */
  CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    long bytes = broadcast.getSerializedSize();
    // What is too large is never in the way of others; the store says so.
    boolean counts = bytes <= store.maxBytes();
    if (counts && !enter(bytes)) {
      return CompletableFuture.failedFuture(
          new StoreException.Overloaded("unfinished broadcasts from this node", RETRY_AFTER));
    }
    CompletableFuture<@Nullable Void> handedOn;
    try {
      handedOn = store.publish(broadcast, deadline);
    } catch (RuntimeException e) {
      handedOn = CompletableFuture.failedFuture(e);
    }
    if (counts) {
      handedOn.whenComplete((done, thrown) -> leave(bytes));
    }
    return handedOn;
  }

  /** One alone is always let in, however small the heap. */
  private synchronized boolean enter(long bytes) {
    boolean fits = publishing < MAX_PUBLISHING && publishingBytes + bytes <= maxBytes;
    if (!fits && publishing > 0) {
      return false;
    }
    publishing++;
    publishingBytes += bytes;
    return true;
  }

  private synchronized void leave(long bytes) {
    publishing--;
    publishingBytes -= bytes;
  }

  /** From now on the subscription hears of broadcasts, if it asked for them. */
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

  /** Says in the log what was lost since the last time. On one thread. */
  void reportLosses() {
    losses.report();
  }

  /** How many broadcasts slow subscribers of this node did not get. */
  long dropped() {
    return losses.droppedCount();
  }

  @Override
  public void close() {
    listening.close();
    losses.report();
  }
}
