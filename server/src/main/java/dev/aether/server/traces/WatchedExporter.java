package dev.aether.server.traces;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans with another exporter, and logs when the collector stops taking them and when it
 * takes them again. Batches are sent one after another. Thread-safe.
 */
final class WatchedExporter implements SpanExporter {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedExporter.class);

  /**
   * OpenTelemetry's own log repeats each failure. The field keeps the logger, which the JDK would
   * otherwise forget together with its level.
   */
  private static final java.util.logging.Logger OWN_LOG =
      java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

  static {
    OWN_LOG.setLevel(Level.OFF);
  }

  private final SpanExporter exporter;
  private final String collector;

  /** Spans lost since the collector last took some; 0 if it took the last ones. */
  private final AtomicLong lost = new AtomicLong();

  /**
   * @param collector its address, for the log
   */
  WatchedExporter(SpanExporter exporter, String collector) {
    this.exporter = exporter;
    this.collector = collector;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode sent = exporter.export(spans);
    sent.whenComplete(() -> ended(sent, spans.size()));
    return sent;
  }

  private void ended(CompletableResultCode sent, int count) {
    if (sent.isSuccess()) {
      long before = lost.getAndSet(0);
      if (before > 0) {
        LOG.info("traces are sent to {} again; {} spans were lost", collector, before);
      }
    } else if (lost.getAndAdd(count) == 0) {
      LOG.warn(
          "traces cannot be sent to {}, spans are lost until it takes them: {}",
          collector,
          reason(sent.getFailureThrowable()));
    }
  }

  /** OpenTelemetry wraps what the network says. */
  private static String reason(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : failure.getCause();
    return String.valueOf(cause == null ? failure : cause);
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
