package dev.aether.server.concurrent;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets those who ask the same share a question, so that many of them are no load: at most one of a
 * kind is under way and one more waits. Nobody gets an answer to a question that was put before his
 * own. For any number of threads.
 */
public final class SingleFlight<K, V> {
  private final Function<K, CompletableFuture<V>> asking;

  /** What is under way, and for each what waits for its end. Guarded by itself. */
  private final Map<K, Next<V>> running = new HashMap<>();

  private static final class Next<V> {
    @Nullable CompletableFuture<V> waiting;
  }

  /**
   * @param asking puts a question; its future must end, and to throw is to fail
   */
  public SingleFlight(Function<K, CompletableFuture<V>> asking) {
    this.asking = asking;
  }

  /** The answer to a question that is put now or later. */
  public CompletableFuture<V> ask(K key) {
    synchronized (running) {
      Next<V> next = running.get(key);
      if (next != null) {
        CompletableFuture<V> waiting =
            next.waiting == null ? new CompletableFuture<>() : next.waiting;
        next.waiting = waiting;
        return waiting.copy();
      }
      running.put(key, new Next<>());
    }
    return put(key, new CompletableFuture<>());
  }

  private CompletableFuture<V> put(K key, CompletableFuture<V> answer) {
    CatchAll.begin(() -> asking.apply(key))
        .whenComplete(
            (value, thrown) -> {
              goOn(key);
              if (thrown == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(thrown);
              }
            });
    return answer;
  }

  private void goOn(K key) {
    CompletableFuture<V> next;
    synchronized (running) {
      next = running.remove(key).waiting;
      if (next != null) {
        running.put(key, new Next<>());
      }
    }
    if (next != null) {
      put(key, next);
    }
  }
}
