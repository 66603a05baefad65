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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(RequestLimiter.class);

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
    next.send();
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
        next.send();
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
      try {
        if (home == null || home.inEventLoop()) {
          sendHere();
        } else {
          home.execute(this::sendHere);
        }
      } catch (RejectedExecutionException e) { // The loop has ended, and its connections with it.
        sendHere();
      } catch (Throwable thrown) {
        failed(thrown);
      }
    }

    private void sendHere() {
      try {
        sendNow();
      } catch (Throwable thrown) {
        failed(thrown);
      }
    }

    /** Memory or the stack has run out. The slot must be given back all the same. */
    private void failed(Throwable thrown) {
      LOG.error("a request to JetStream could not be sent", thrown);
      result.completeExceptionally(JetStreamErrors.failure(thrown));
      ended();
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
