package dev.aether.server.traces;

import dev.aether.server.event.TraceContext;
import dev.aether.server.measure.Span;
import dev.aether.server.measure.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records spans with OpenTelemetry and sends them to a collector as OTLP over HTTP, in batches, on
 * a thread of its own. Nothing waits for the collector: spans that find the queue full are dropped.
 * Thread-safe.
 */
public final class OtlpTraces implements Traces, AutoCloseable {
  /** Spans that wait to be sent. One is about 1 KB. */
  public static final int QUEUE_SPANS = 8192;

  private static final int BATCH_SPANS = 512;
  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** For a collector that restarts. A longer outage loses spans. */
  private static final RetryPolicy RETRIES =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(200))
          .setMaxBackoff(Duration.ofSeconds(1))
          .build();

  /** How long a node that stops waits for the collector to take the last spans. */
  public static final Duration DRAIN_WITHIN = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(OtlpTraces.class);

  private final String collector;
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /**
   * Begins to record.
   *
   * @param collector where the collector takes OTLP over HTTP, without the path {@code /v1/traces}
   * @param ratio which part of the traces that this node begins is recorded, 0 to 1. Callers decide
   *     about theirs
   * @param nodeId the name of this node
   * @param version the version of Aether
   */
  public OtlpTraces(URI collector, double ratio, String nodeId, String version) {
    this.collector = collector.toString();
    String slash = this.collector.endsWith("/") ? "" : "/";
    SpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(this.collector + slash + "v1/traces")
            .setTimeout(REQUEST_TIMEOUT)
            .setRetryPolicy(RETRIES)
            .build();
    provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder()
                                .put("service.name", "aether")
                                .put("service.instance.id", nodeId)
                                .put("service.version", version)
                                .build())))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(new WatchedExporter(exporter, this.collector))
                    .setMaxQueueSize(QUEUE_SPANS)
                    .setMaxExportBatchSize(BATCH_SPANS)
                    .setScheduleDelay(EVERY)
                    .build())
            .build();
    tracer = provider.get("dev.aether.server", version);
  }

  @Override
  public boolean areOn() {
    return true;
  }

  @Override
  public Span begin(String name, Span.Kind kind, Optional<TraceContext> parent) {
    Context context =
        parent
            .map(
                caller ->
                    W3CTraceContextPropagator.getInstance()
                        .extract(Context.root(), caller, Headers.GETTER))
            .orElse(Context.root());
    return begin(tracer, name, kind, context);
  }

  static Span begin(Tracer tracer, String name, Span.Kind kind, Context parent) {
    SpanBuilder builder =
        tracer.spanBuilder(name).setParent(parent).setSpanKind(SpanKind.valueOf(kind.name()));
    io.opentelemetry.api.trace.Span span = builder.startSpan();
    return span.getSpanContext().isSampled() ? new RecordedSpan(tracer, span) : Span.NONE;
  }

  /** Sends the spans that have ended, for a limited time. Blocks meanwhile. */
  @Override
  public void close() {
    if (!provider.shutdown().join(DRAIN_WITHIN.toMillis(), TimeUnit.MILLISECONDS).isSuccess()) {
      LOG.warn(
          "the last traces may be lost: {} did not take them within {} s",
          collector,
          DRAIN_WITHIN.toSeconds());
    }
  }

  /** Reads a context as the headers that it was sent as. */
  private enum Headers implements TextMapGetter<TraceContext> {
    GETTER;

    @Override
    public Iterable<String> keys(TraceContext context) {
      return List.of(TraceContext.PARENT, TraceContext.STATE);
    }

    @Override
    public @Nullable String get(@Nullable TraceContext context, String key) {
      if (context == null) {
        return null;
      }
      return key.equals(TraceContext.PARENT) ? context.traceparent() : context.tracestate();
    }
  }
}
