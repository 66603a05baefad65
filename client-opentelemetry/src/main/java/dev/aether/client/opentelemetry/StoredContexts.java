package dev.aether.client.opentelemetry;

import dev.aether.client.Commit;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the places of writers in their traces from the metadata of events. */
final class StoredContexts {
  /**
   * Anybody who may save may have written it, and some versions of OpenTelemetry take very long for
   * a long one. Aether's server stores no longer one by itself.
   */
  private static final int MAX_TRACESTATE = 512;

  private StoredContexts() {}

  /** The different ones, in the order of the events. Metadata without a valid one has none. */
  static Stream<SpanContext> of(Collection<Commit> commits, int max) {
    return commits.stream()
        .flatMap(commit -> commit.events().stream())
        .map(event -> event.metadata())
        .filter(metadata -> metadata.containsKey("traceparent"))
        .distinct()
        .map(StoredContexts::context)
        .filter(SpanContext::isValid)
        .distinct()
        .limit(max);
  }

  private static SpanContext context(Map<String, String> metadata) {
    return Span.fromContext(
            W3CTraceContextPropagator.getInstance()
                .extract(Context.root(), metadata, Metadata.GETTER))
        .getSpanContext();
  }

  /** Reads metadata as headers. */
  private enum Metadata implements TextMapGetter<Map<String, String>> {
    GETTER;

    @Override
    public Iterable<String> keys(Map<String, String> metadata) {
      return metadata.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> metadata, String key) {
      String value = metadata == null ? null : metadata.get(key);
      return value != null && value.length() > MAX_TRACESTATE ? null : value;
    }
  }
}
