package dev.aether.server.concurrent;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shares requests between callers that ask for the same key, which limits the load: per key at most
 * one request is in flight, and one more waits for its end. A caller never gets the answer to a
 * request that was sent before its own call. Thread-safe.
 */
public final class SingleFlight<K, V> {
  private final Function<K, CompletableFuture<V>> asking;

  /** The keys in flight, each with the request that waits. Guarded by itself. */
  private final Map<K, Next<V>> running = new HashMap<>();

  private static final class Next<V> {
    @Nullable CompletableFuture<V> waiting;
  }

  /**
   * @param asking sends a request. Its future must complete; if it throws, the request fails
   */
  public SingleFlight(Function<K, CompletableFuture<V>> asking) {
    this.asking = asking;
  }

  /** The answer to a request that is sent now or later. */
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
