package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionState;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Records what a subscription delivers, as words in order. */
final class Journal implements SubscriptionListener {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final BlockingQueue<String> words = new LinkedBlockingQueue<>();

  @Override
  public void onState(SubscriptionState state) {
    if (state instanceof SubscriptionState.Connected connected) {
      words.add(connected.resumed() ? "resumed" : "connected");
    } else if (state instanceof SubscriptionState.Lost) {
      words.add("lost");
    }
  }

  @Override
  public void onCommit(Commit commit) {
    words.add(commit.actorId() + " v" + commit.lastVersion());
  }

  @Override
  public void onError(AetherException error) {
    words.add("ended: " + error);
  }

  /** Waits for the next words, which must be these. */
  void expect(String... expected) throws InterruptedException {
    for (String word : expected) {
      String next = words.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertNotNull(next, "waited " + BOUND + " for " + word);
      assertEquals(word, next);
    }
  }

  /** Waits until this word arrives, after any number of lost and resumed connections. */
  void expectAfterLosses(String word) throws InterruptedException {
    String next;
    do {
      next = words.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertNotNull(next, "waited " + BOUND + " for " + word);
    } while (next.equals("lost") || next.equals("resumed"));
    assertEquals(word, next);
  }
}
