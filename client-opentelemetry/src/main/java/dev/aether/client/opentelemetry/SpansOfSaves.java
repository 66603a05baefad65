package dev.aether.client.opentelemetry;

import dev.aether.client.AetherException;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveTrace;
import dev.aether.client.SaveTracer;
import dev.aether.client.Saved;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span for each save, from its begin to its answer, with all its repeats.
 *
 * @param tracer begins the spans
 */
record SpansOfSaves(Tracer tracer) implements SaveTracer {
  @Override
  public SaveTrace begin(SaveCommand command, String namespace) {
    Span span =
        tracer
            .spanBuilder("save")
            .setSpanKind(SpanKind.PRODUCER)
            .setAttribute("messaging.system", "aether")
            .setAttribute("messaging.operation.type", "send")
            .setAttribute("messaging.operation.name", "save")
            .setAttribute("messaging.destination.name", namespace)
            .setAttribute("messaging.batch.message_count", command.events().size())
            .startSpan();
    Map<String, String> headers = new HashMap<>();
    W3CTraceContextPropagator.getInstance()
        .inject(
            Context.root().with(span), headers, (unused, key, value) -> headers.put(key, value));
    return new SpanOfSave(
        span, headers.getOrDefault("traceparent", ""), headers.getOrDefault("tracestate", ""));
  }

  /** One save. */
  private record SpanOfSave(Span span, String traceparent, String tracestate) implements SaveTrace {
    @Override
    public void ended(@Nullable Saved saved, @Nullable Throwable failure) {
      if (failure != null) {
        // Its message may have the id of an actor, which is none of the collector's business.
        String type =
            failure instanceof AetherException known
                ? known.reason().name()
                : failure.getClass().getName();
        span.setAttribute("error.type", type);
        span.setStatus(StatusCode.ERROR, type);
      }
      span.end();
    }
  }
}
