package dev.aether.client.internal.calls;

import dev.aether.v1.SaveEventsRequest;
import io.grpc.Metadata;

/** The headers by which servers and proxies continue the trace of a save. */
final class TraceHeaders {
  private static final Metadata.Key<String> PARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> STATE =
      Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER);

  private TraceHeaders() {}

  /** The headers of a call with this request: none, unless it is a save that is traced. */
  static Metadata of(Object request) {
    Metadata headers = new Metadata();
    if (request instanceof SaveEventsRequest save && !save.getTraceparent().isEmpty()) {
      headers.put(PARENT, save.getTraceparent());
      if (!save.getTracestate().isEmpty()) {
        headers.put(STATE, save.getTracestate());
      }
    }
    return headers;
  }
}
