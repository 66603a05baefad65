package dev.aether.server.cli.demo;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.SubscriptionListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Receives the stored events and checks that each actor's versions are 1, 2, 3 … */
final class DemoSubscriber implements SubscriptionListener {
  private static final int SHOWN = 4;
  private static final long WAIT_SECONDS = 60;

  private final CompletableFuture<String> started = new CompletableFuture<>();
  private final CountDownLatch missing;
  private final Map<String, Long> versions = new HashMap<>();
  private final List<Event> first = new ArrayList<>();
  private long outOfOrder;

  /** Creates a subscriber that expects this many events in total. */
  DemoSubscriber(int events) {
    missing = new CountDownLatch(events);
  }

  /** Waits until the subscription has started. */
  void awaitStart() throws InterruptedException, TimeoutException {
    get(started);
  }

  /** Waits until all events have arrived. The other methods may only be called afterwards. */
  void awaitAll() throws InterruptedException, TimeoutException {
    if (!missing.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new TimeoutException(missing.getCount() + " events did not arrive");
    }
  }

  /** The first events of {@link DemoSample#ACTOR}. */
  List<Event> first() {
    return first;
  }

  /** The number of events that were not the next of their actor. */
  long outOfOrder() {
    return outOfOrder;
  }

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    started.complete(nodeId);
  }

  @Override
  public void onCommit(Commit commit) {
    for (Event event : commit.events()) {
      if (event.version() != versions.merge(event.actorId(), 1L, Long::sum)) {
        outOfOrder++;
      }
      if (event.actorId().equals(DemoSample.ACTOR) && first.size() < SHOWN) {
        first.add(event);
      }
      missing.countDown();
    }
  }

  @Override
  public void onError(AetherException error) {
    started.completeExceptionally(error);
  }

  private static <T> T get(CompletableFuture<T> future)
      throws InterruptedException, TimeoutException {
    try {
      return future.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the subscription failed", e.getCause());
    }
  }
}
