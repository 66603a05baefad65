package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for a response. All responses on a connection come to one subscription;
 * the last token of a response's subject is the number of its request. jnats does the same with a
 * random token, an entry in a map and a timeout for each request ({@code docs/performance.md}
 * compares them).
 *
 * <p>A number is never used twice, so a response that comes after its request's timeout meets
 * nobody, whatever request has the slot by then. Futures complete on the thread of the
 * subscription, on the event loop of a {@link LoopConnection} or, after a timeout, on the thread of
 * the timers. Thread-safe.
 */
final class PendingRequests implements Outlet, AutoCloseable {
  /** The most requests in flight; more than all writes and reads of a node together. */
  static final int MAX_PENDING = 2 * JetStreamApi.MAX_PUBLISHES;

  /** Among so many slots in a row, one is free unless nearly all are taken. */
  private static final int TRIES = 1024;

  /** How often timeouts are checked. */
  private static final Duration TIMEOUT_STEP = Duration.ofMillis(100);

  private static final int NO_RESPONDERS = 503;

  private final Connection connection;

  /** The subject of each response, without the number. */
  private final String inbox;

  private final AtomicLong numbers = new AtomicLong(NO_RESPONSE + 1);

  /** Each request is in the slot of its number, modulo the number of slots. */
  private final AtomicReferenceArray<@Nullable Request> slots =
      new AtomicReferenceArray<>(MAX_PENDING);

  private final ScheduledFuture<?> timeouts;

  /**
   * False only if all slots are empty. A sender sets it after it has filled a slot, so that the
   * check for timeouts never misses that request.
   */
  private volatile boolean mayHavePending;

  private volatile boolean isClosed;

  private static final class Request extends CompletableFuture<Message> {
    private final long number;
    private final long expiresAt;

    Request(long number, long expiresAt) {
      this.number = number;
      this.expiresAt = expiresAt;
    }
  }

  /** Subscribes to the responses. */
  PendingRequests(Connection connection, Timers timers) {
    this.connection = connection;
    inbox = connection.createInbox() + ".";
    // The default limits of jnats hold, 512 Ki responses and 64 MiB: what is dropped times out.
    connection.createDispatcher(this::onResponse).subscribe(inbox + "*");
    timeouts = timers.every(TIMEOUT_STEP, this::expire);
  }

  /**
   * The beginning of the subject of each response. This connection is subscribed to the subjects
   * that have one more token; other connections add two.
   */
  String inbox() {
    return inbox;
  }

  @Override
  public void send(String subject, long request, @Nullable Headers headers, byte[] body) {
    connection.publish(subject, request == NO_RESPONSE ? null : inbox + request, headers, body);
  }

  /** A thread of jnats sends at once. */
  @Override
  public void flush() {}

  /**
   * Sends a request.
   *
   * @param by this, or another connection that gives the response to this
   * @return the response. Fails with a {@link JetStreamFailure}: NOT_DELIVERED if nobody received
   *     the request or it was not sent, NO_ANSWER after the timeout
   */
  CompletableFuture<Message> request(
      Outlet by, String subject, @Nullable Headers headers, byte[] body, Duration timeout) {
    Request request = register(System.nanoTime() + timeout.toNanos());
    if (request == null) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered(
              MAX_PENDING + " requests of this node are waiting for NATS"));
    }
    if (isClosed) {
      end(request, JetStreamFailure.notDelivered("the connection to NATS is closed"));
      return request;
    }
    try {
      by.send(subject, request.number, headers, body);
    } catch (RuntimeException e) {
      end(request, JetStreamErrors.notSent(e));
    }
    return request;
  }

  /** Puts a request into a free slot; null if none is found. */
  private @Nullable Request register(long expiresAt) {
    for (int tried = 0; tried < TRIES; tried++) {
      long number = numbers.getAndIncrement();
      if (slots.get(slot(number)) != null) {
        continue;
      }
      Request request = new Request(number, expiresAt);
      if (slots.compareAndSet(slot(number), null, request)) {
        if (!mayHavePending) {
          mayHavePending = true;
        }
        return request;
      }
    }
    return null;
  }

  private static int slot(long number) {
    return (int) (number % MAX_PENDING);
  }

  private void onResponse(Message response) {
    long number = number(response.getSubject());
    if (response.isStatusMessage() && response.getStatus().getCode() == NO_RESPONDERS) {
      onNoResponders(number);
    } else {
      onResponse(number, response);
    }
  }

  /** Ends a request, unless it has timed out. */
  void onResponse(long number, Message response) {
    Request request = take(number);
    if (request != null) {
      request.complete(response);
    }
  }

  /** Ends a request that nobody has received, unless it has timed out. */
  void onNoResponders(long number) {
    fail(number, JetStreamFailure.notDelivered("nobody responds to this subject (503)"));
  }

  /** Ends a request whose response was not taken, unless it has timed out. */
  void onTooLong(long number) {
    fail(number, JetStreamFailure.noAnswer("the response is too long for an event loop"));
  }

  private void fail(long number, JetStreamFailure why) {
    Request request = take(number);
    if (request != null) {
      request.completeExceptionally(why);
    }
  }

  /** Empties the slot of a request, and returns it; null if it has timed out. */
  private @Nullable Request take(long number) {
    Request request = number < 0 ? null : slots.get(slot(number));
    return request != null && request.number == number && take(request) ? request : null;
  }

  /** The number at the end of a response's subject; -1 if there is none. */
  private long number(String subject) {
    try {
      return Long.parseLong(subject, inbox.length(), subject.length(), 10);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return -1;
    }
  }

  /** Empties the request's slot. Returns false if another thread has done so and ends it. */
  private boolean take(Request request) {
    return slots.compareAndSet(slot(request.number), request, null);
  }

  private void end(Request request, JetStreamFailure why) {
    if (take(request)) {
      request.completeExceptionally(why);
    }
  }

  private void expire() {
    if (mayHavePending) {
      mayHavePending = false;
      long now = System.nanoTime();
      forEachPending(
          request -> {
            mayHavePending = true;
            if (now - request.expiresAt >= 0) {
              end(request, JetStreamFailure.noAnswer("no response in time"));
            }
          });
    }
  }

  private void forEachPending(Consumer<Request> action) {
    for (int slot = 0; slot < MAX_PENDING; slot++) {
      Request request = slots.get(slot);
      if (request != null) {
        action.accept(request);
      }
    }
  }

  /** Ends all requests in flight; their outcome is unknown. The connection stays open. */
  @Override
  public void close() {
    isClosed = true;
    timeouts.cancel(false);
    forEachPending(
        request -> end(request, JetStreamFailure.noAnswer("the connection to NATS was closed")));
  }
}
