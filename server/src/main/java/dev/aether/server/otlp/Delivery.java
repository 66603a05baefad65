package dev.aether.server.otlp;

import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tracks whether a collector accepts one signal. Thread-safe. */
final class Delivery {
  /** How long a node that stops waits for the collector to take the last of a signal. */
  static final Duration DRAIN_WITHIN = Duration.ofSeconds(3);

  /**
   * When a request is given up whatever its state: later than all its attempts together. Its own
   * timeout ends when the headers of the answer are there.
   */
  private static final Duration GIVEN_UP_AFTER = Duration.ofSeconds(20);

  /** Requests that were given up, and still occupy a thread each. Above that none is sent. */
  private static final int MAX_OPEN = 4;

  /** Trouble without a new loss is over, since nothing may be sent that would show it. */
  static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  private final Collector collector;
  private final String signal;
  private final Duration givenUpAfter;
  private final LongSupplier nanoTime;
  private final AtomicInteger open = new AtomicInteger();

  /** The current trouble as text; null if there is none. Guarded by this, like the fields below. */
  private @Nullable String trouble;

  private long lastLoss;

  /** The trouble has ended, and may not have been told yet. */
  private boolean isOver;

  /** A signal of which nothing was lost yet: {@code traces} or {@code metrics}. */
  Delivery(Collector collector, String signal) {
    this(collector, signal, GIVEN_UP_AFTER, System::nanoTime);
  }

  Delivery(Collector collector, String signal, Duration givenUpAfter, LongSupplier nanoTime) {
    this.collector = collector;
    this.signal = signal;
    this.givenUpAfter = givenUpAfter;
    this.nanoTime = nanoTime;
  }

  /**
   * Returns the current trouble as text; empty if there is none. One caller should ask regularly:
   * trouble that has already ended is returned once more.
   */
  synchronized Optional<String> trouble() {
    Optional<String> now = Optional.ofNullable(trouble);
    if (isOver || nanoTime.getAsLong() - lastLoss > FORGOTTEN_AFTER.toNanos()) {
      trouble = null;
      isOver = false;
    }
    return now;
  }

  /** Records that something is lost. */
  synchronized void lost(String why) {
    trouble = why;
    lastLoss = nanoTime.getAsLong();
    isOver = false;
  }

  /** Records that nothing is lost any more. */
  synchronized void works() {
    isOver = trouble != null;
  }

  /** Says what is lost. */
  String lostSince(String why) {
    return signal + " are lost, since " + why;
  }

  /** Sends something. The result always completes, and a failure is recorded as a loss. */
  CompletableResultCode send(Supplier<CompletableResultCode> sending) {
    CompletableResultCode result = new CompletableResultCode();
    CompletableResultCode watched =
        result.whenComplete(
            () -> {
              if (!result.isSuccess()) {
                lost(lostSince(collector + " does not take them: " + reason(result)));
              }
            });
    if (open.incrementAndGet() > MAX_OPEN) {
      open.decrementAndGet();
      return result.failExceptionally(
          new TimeoutException(MAX_OPEN + " requests have been answered only in part"));
    }
    CompletableResultCode sent = begun(sending);
    CompletableResultCode unused =
        sent.whenComplete(
            () -> {
              open.decrementAndGet();
              Throwable failure = sent.getFailureThrowable();
              CompletableResultCode alsoUnused =
                  sent.isSuccess()
                      ? result.succeed()
                      : failure == null ? result.fail() : result.failExceptionally(failure);
            });
    CompletableFuture.delayedExecutor(givenUpAfter.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> result.failExceptionally(new TimeoutException("no whole answer")));
    return watched;
  }

  private static CompletableResultCode begun(Supplier<CompletableResultCode> sending) {
    try {
      return sending.get();
    } catch (RuntimeException e) {
      return CompletableResultCode.ofExceptionalFailure(e);
    }
  }

  /** OpenTelemetry wraps what the network says, and has an answer's status only in a method. */
  private static String reason(CompletableResultCode sent) {
    Throwable failure = sent.getFailureThrowable();
    if (failure instanceof HttpExportException refused && refused.getResponse() != null) {
      return "HTTP status " + refused.getResponse().getStatusCode();
    }
    Throwable cause = failure == null ? null : failure.getCause();
    return String.valueOf(cause == null ? failure : cause);
  }

  /** Waits for the end of the last request, for a limited time. */
  void drain(CompletableResultCode shutdown) {
    if (!shutdown.join(DRAIN_WITHIN.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      LOG.warn(
          "the last {} may be lost: {} did not take them within {} s",
          signal,
          collector,
          DRAIN_WITHIN.toSeconds());
    }
  }
}
