package dev.aether.server.otlp;

import dev.aether.server.event.TraceContext;
import dev.aether.server.measure.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A span of OpenTelemetry that is recorded. */
final class RecordedSpan implements Span {
  private final Tracer tracer;
  private final io.opentelemetry.api.trace.Span span;

  RecordedSpan(Tracer tracer, io.opentelemetry.api.trace.Span span) {
    this.tracer = tracer;
    this.span = span;
  }

  @Override
  public boolean isRecorded() {
    return true;
  }

  @Override
  public Optional<TraceContext> context() {
    SpanContext context = span.getSpanContext();
    return TraceContext.of(
        String.join(
            "-", "00", context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex()),
        "");
  }

  @Override
  public Span child(String name, Kind kind) {
    return OtlpTraces.begin(tracer, name, kind, Context.root().with(span));
  }

  @Override
  public void set(String attribute, String value) {
    span.setAttribute(attribute, value);
  }

  @Override
  public void set(String attribute, long value) {
    span.setAttribute(attribute, value);
  }

  @Override
  public void end(@Nullable String error) {
    if (error != null) {
      span.setStatus(StatusCode.ERROR, error);
    }
    span.end();
  }
}
