package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.EventLoops;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the requests to JetStream that are in flight; others wait. A request of an event loop is
 * sent on its thread, which has connections of its own. Thread-safe.
 */
public final class RequestLimiter {
  /**
   * A server of a cluster drops all pending requests when there are 10,000
   * (JSDefaultRequestQueueLimit, 2.15.1), and a client that subscribes to that many namespaces
   * would send as many at once.
   */
  private static final int AT_ONCE = 64;

  /** Whatever one of them throws, the requests behind it are sent. */
  private static final CatchAll SENDING = new CatchAll("a request to JetStream", thrown -> {});

  private static final int MAX_WAITING = 300_000;
  private static final Duration WAIT_WITHIN = Duration.ofSeconds(20);

  /** Guarded by itself, like {@link #free}. */
  private final Deque<Waiting<?>> waiting = new ArrayDeque<>();

  private int free;

  /** Counts calls of the send loop that are still to be made; one thread at a time runs them. */
  private final AtomicInteger wakeUps = new AtomicInteger();

  /** For requests to the API. */
  public RequestLimiter() {
    this(AT_ONCE);
  }

  /**
   * @param atOnce how many requests may be in flight
   */
  public RequestLimiter(int atOnce) {
    free = atOnce;
  }

  /** Sends a request now, or when a slot is free. Returns its response. */
  public <T> CompletableFuture<T> pass(Supplier<CompletableFuture<T>> request) {
    Waiting<T> next = new Waiting<>(request);
    synchronized (waiting) {
      // If there are both, another thread is about to send.
      if (free == 0 || !waiting.isEmpty()) {
        return queued(next);
      }
      free--;
    }
    SENDING.run(next::send);
    return next.result;
  }

  /** Guarded by {@link #waiting}. */
  private <T> CompletableFuture<T> queued(Waiting<T> next) {
    if (waiting.size() >= MAX_WAITING) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("too many requests are waiting on this node"));
    }
    waiting.add(next);
    return next.result;
  }

  /** A loop rather than a recursion, since any number of requests may fail at once. */
  private void sendWaiting() {
    if (wakeUps.getAndIncrement() > 0) {
      return;
    }
    int made = 1;
    do {
      for (Waiting<?> next = take(); next != null; next = take()) {
        SENDING.run(next::send);
      }
      made = wakeUps.addAndGet(-made);
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
    sendWaiting();
  }

  private final class Waiting<T> {
    final CompletableFuture<T> result = new CompletableFuture<>();
    final Supplier<CompletableFuture<T>> request;
    final long since = System.nanoTime();
    final @Nullable EventLoop home = EventLoops.current();

    Waiting(Supplier<CompletableFuture<T>> request) {
      this.request = request;
    }

    void send() {
      guarded(
          () -> {
            if (home == null || home.inEventLoop()) {
              sendNow();
              return;
            }
            try {
              home.execute(() -> guarded(this::sendNow));
            } catch (RejectedExecutionException e) { // It has ended, and its connections with it.
              sendNow();
            }
          });
    }

    private void guarded(Runnable step) {
      new CatchAll("a request to JetStream", this::failed).run(step);
    }

    /** Memory or the stack has run out. The slot must be given back all the same. */
    private void failed(Throwable thrown) {
      try {
        ended();
      } finally {
        result.completeExceptionally(JetStreamErrors.failure(thrown));
      }
    }

    private void sendNow() {
      CompletableFuture<T> sent =
          System.nanoTime() - since > WAIT_WITHIN.toNanos()
              ? CompletableFuture.failedFuture(
                  JetStreamFailure.notDelivered(
                      "JetStream is responding too slowly to other requests"))
              : CatchAll.begin(request);
      sent.whenComplete(
          (value, thrown) -> {
            try {
              ended();
            } finally {
              if (thrown == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(JetStreamErrors.failure(thrown));
              }
            }
          });
    }
  }
}
