package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.CatchAll;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a few requests to the JetStream API be under way and the others wait their turn: a server of
 * a cluster drops all requests that wait for it when there are 10,000 (JSDefaultRequestQueueLimit,
 * 2.15.1), and who subscribes to that many namespaces would send as many at once. For any number of
 * threads.
 */
public final class RequestLimiter {
  private static final int AT_ONCE = 64;
  private static final int MAX_WAITING = 300_000;
  private static final Duration WAIT_WITHIN = Duration.ofSeconds(20);

  /** Guarded by itself, as is {@link #free}. */
  private final Deque<Waiting<?>> waiting = new ArrayDeque<>();

  private int free = AT_ONCE;

  /** Asked for and not yet made: looks at what may pass. One thread at a time makes them. */
  private final AtomicInteger looks = new AtomicInteger();

  /** What a request brings; it is sent now or in its turn. */
  public <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> request) {
    Waiting<T> next = new Waiting<>(request);
    synchronized (waiting) {
      if (waiting.size() >= MAX_WAITING) {
        return CompletableFuture.failedFuture(
            JetStreamFailure.notDelivered("too many requests wait on this node"));
      }
      waiting.add(next);
    }
    look();
    return next.result;
  }

  /** In a loop rather than by recursion, since any number of requests may fail at once. */
  private void look() {
    if (looks.getAndIncrement() > 0) {
      return;
    }
    int made = 1;
    do {
      for (Waiting<?> next = take(); next != null; next = take()) {
        next.send();
      }
      made = looks.addAndGet(-made);
    } while (made != 0);
  }

  private @Nullable Waiting<?> take() {
    synchronized (waiting) {
      if (free == 0 || waiting.isEmpty()) {
        return null;
      }
      free--;
      return waiting.remove();
    }
  }

  private void ended() {
    synchronized (waiting) {
      free++;
    }
    look();
  }

  private final class Waiting<T> {
    final CompletableFuture<T> result = new CompletableFuture<>();
    final Supplier<CompletableFuture<T>> request;
    final long since = System.nanoTime();

    Waiting(Supplier<CompletableFuture<T>> request) {
      this.request = request;
    }

    void send() {
      CompletableFuture<T> sent =
          System.nanoTime() - since > WAIT_WITHIN.toNanos()
              ? CompletableFuture.failedFuture(
                  JetStreamFailure.notDelivered("JetStream answers other requests too slowly"))
              : CatchAll.begin(request);
      sent.whenComplete(
          (value, thrown) -> {
            ended();
            if (thrown == null) {
              result.complete(value);
            } else {
              result.completeExceptionally(JetStreamErrors.failure(thrown));
            }
          });
    }
  }
}
