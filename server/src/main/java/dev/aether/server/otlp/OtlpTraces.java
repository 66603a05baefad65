package dev.aether.server.otlp;

import dev.aether.server.event.TraceContext;
import dev.aether.server.measure.Measures;
import dev.aether.server.measure.Span;
import dev.aether.server.measure.Traces;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records spans with OpenTelemetry and sends them to a collector, in batches, on a thread of its
 * own. Nothing waits for the collector: spans that find the queue full are lost, and counted.
 * Thread-safe.
 */
public final class OtlpTraces implements Traces, AutoCloseable {
  /** Spans that wait to be sent. One is about 1 KB. */
  public static final int QUEUE_SPANS = 8192;

  private final Delivery delivery;
  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /**
   * Begins to record.
   *
   * @param ratio which part of the traces that this node begins is recorded, 0 to 1. Callers decide
   *     about theirs
   */
  public OtlpTraces(Collector collector, double ratio, Measures measures) {
    this(collector, ratio, measures, QUEUE_SPANS);
  }

  OtlpTraces(Collector collector, double ratio, Measures measures, int queueSpans) {
    delivery = new Delivery(collector, "traces");
    OtlpHttpSpanExporterBuilder exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(collector.endpoint("traces"))
            .setHeaders(collector::headers)
            .setTimeout(Collector.REQUEST_TIMEOUT)
            .setRetryPolicy(Collector.RETRIES);
    collector.secure(exporter::setSslContext);
    SpanQueue queue = new SpanQueue(exporter.build(), delivery, queueSpans);
    measures.total(
        "spans.lost",
        "Spans that were lost because the collector did not take them or too many waited",
        queue::lost);
    provider =
        SdkTracerProvider.builder()
            .setResource(collector.resource())
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(ratio)))
            .addSpanProcessor(queue)
            .build();
    tracer = provider.get("dev.aether.server", collector.version());
  }

  /**
   * Why spans are lost; empty if none are. To be asked regularly, from one place: trouble is told
   * at least once, even if it ended before.
   */
  public Optional<String> trouble() {
    return delivery.trouble();
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
    delivery.drain(provider.shutdown());
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
