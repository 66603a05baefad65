package dev.aether.server.otlp;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends ended spans in batches, one after another. OpenTelemetry's processor drops spans without a
 * word when too many wait; this one counts them first, so that none is lost without a trace in the
 * log and in the metrics. Thread-safe.
 */
final class SpanQueue implements SpanProcessor {
  private static final int BATCH_SPANS = 512;
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Delivery delivery;
  private final SpanExporter exporter;
  private final BatchSpanProcessor batches;
  private final int limit;
  private final String whenFull;

  /** Spans that were not sent yet, those on their way included. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final LongAdder lost = new LongAdder();

  /**
   * @param limit how many spans may wait
   */
  SpanQueue(SpanExporter exporter, Delivery delivery, int limit) {
    this.exporter = exporter;
    this.delivery = delivery;
    this.limit = limit;
    whenFull = delivery.lostSince(limit + " spans wait to be sent");
    batches =
        BatchSpanProcessor.builder(new CountingExporter())
            .setMaxQueueSize(limit)
            .setMaxExportBatchSize(Math.min(BATCH_SPANS, limit))
            .setScheduleDelay(EVERY)
            .build();
  }

  /** How many spans were not sent. */
  long lost() {
    return lost.sum();
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (waiting.incrementAndGet() <= limit) {
      batches.onEnd(span);
    } else {
      waiting.decrementAndGet();
      lost.increment();
      delivery.lost(whenFull);
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return batches.forceFlush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return batches.shutdown();
  }

  /** Sends batches, and counts the spans that no longer wait. */
  private final class CountingExporter implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      // The processor empties the collection when it has waited long enough for an answer.
      int count = spans.size();
      CompletableResultCode sent = delivery.send(() -> exporter.export(spans));
      return sent.whenComplete(
          () -> {
            int left = waiting.addAndGet(-count);
            if (!sent.isSuccess()) {
              lost.add(count);
            } else if (left <= limit / 2) {
              // Half, so that a queue that is full again and again is one lasting trouble.
              delivery.works();
            }
          });
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }
}
