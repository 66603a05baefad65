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

/** Hands on what it hears, one after another, to the thread that takes it. */
final class Listener implements SubscriptionListener {
  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final int MAX_HEARD = 100;

  private final CountDownLatch started = new CountDownLatch(1);

  /** Full, it lets the subscription wait: nothing is lost by that. */
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>(MAX_HEARD);

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    started.countDown();
  }

  @Override
  public void onCommit(Commit commit) {
    commit.events().forEach(event -> hear("stored " + event.type() + " " + event.data().toUtf8()));
  }

  @Override
  public void onBroadcast(String namespace, NewEvent event) {
    hear("broadcast " + event.type() + " " + event.data().toUtf8());
  }

  @Override
  public void onError(AetherException error) {
    hear("error " + error.getMessage());
  }

  private void hear(String what) {
    try {
      heard.put(what);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns when the subscription has begun: what is published from now on may be heard. */
  void awaitStarted() throws InterruptedException {
    if (!started.await(WITHIN.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("not subscribed within " + WITHIN);
    }
  }

  /** The next that was heard; null: nothing came for long. */
  @Nullable String next() throws InterruptedException {
    return heard.poll(WITHIN.toSeconds(), TimeUnit.SECONDS);
  }
}
