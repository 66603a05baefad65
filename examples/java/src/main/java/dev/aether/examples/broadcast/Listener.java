package dev.aether.examples.broadcast;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.NewEvent;
import dev.aether.client.SubscriptionListener;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Passes what it receives to another thread, one item at a time. */
final class Listener implements SubscriptionListener {
  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final int MAX_RECEIVED = 100;

  private final CountDownLatch started = new CountDownLatch(1);

  /** When it is full, the subscription waits; nothing is lost. */
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>(MAX_RECEIVED);

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    started.countDown();
  }

  @Override
  public void onCommit(Commit commit) {
    commit
        .events()
        .forEach(event -> receive("stored " + event.type() + " " + event.data().toUtf8()));
  }

  @Override
  public void onBroadcast(String namespace, NewEvent event) {
    receive("broadcast " + event.type() + " " + event.data().toUtf8());
  }

  @Override
  public void onError(AetherException error) {
    receive("error " + error.getMessage());
  }

  private void receive(String what) {
    try {
      received.put(what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns when the subscription has started; broadcasts from now on may be received. */
  void awaitStarted() throws InterruptedException {
    if (!started.await(WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("the subscription did not start within " + WITHIN);
    }
  }

  /** The next item; null if nothing arrives for a while. */
  @Nullable String next() throws InterruptedException {
    return received.poll(WITHIN.toSeconds(), TimeUnit.SECONDS);
  }
}
