package dev.aether.server.grpc.saves;

import dev.aether.server.event.TraceContext;
import dev.aether.server.grpc.requests.CallTrace;
import dev.aether.server.measure.Span;
import dev.aether.server.measure.Traces;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which trace a save belongs to. A call of its own has its caller's headers and a span of
 * the call. The saves of a stream belong to traces of their own, which their requests name; the
 * headers of the stream say nothing about them.
 *
 * @param traces where the spans of the saves of streams are begun
 */
record SaveTracing(Traces traces) {

  /**
   * The trace of a save in the current call.
   *
   * @param isStreamed whether the call is a stream of saves
   */
  TracedSave of(SaveEventsRequest request, boolean isStreamed) {
    Optional<TraceContext> named =
        TraceContext.of(request.getTraceparent(), request.getTracestate());
    if (isStreamed) {
      return traces.areOn()
          ? streamed(named, named.or(() -> ofFirstEvent(request)))
          : TracedSave.of(named, Span.NONE);
    }
    CallTrace call = CallTrace.current();
    return named.isEmpty() && call.isNone()
        ? TracedSave.NONE
        : TracedSave.of(named.or(call::caller).or(call.span()::context), call.span());
  }

  private TracedSave streamed(Optional<TraceContext> named, Optional<TraceContext> parent) {
    if (parent.isEmpty()) {
      return TracedSave.NONE;
    }
    Span span = traces.begin("save", Span.Kind.SERVER, parent);
    if (!span.isRecorded()) {
      return TracedSave.of(named, Span.NONE);
    }
    span.set("rpc.system", "grpc");
    span.set("rpc.service", EventStoreGrpc.SERVICE_NAME);
    span.set("rpc.method", "SaveEventsStream");
    return TracedSave.owning(named, span);
  }

  private static Optional<TraceContext> ofFirstEvent(SaveEventsRequest request) {
    return request.getEventsCount() == 0
        ? Optional.empty()
        : TraceContext.of(value(request, TraceContext.PARENT), value(request, TraceContext.STATE));
  }

  private static @Nullable String value(SaveEventsRequest request, String key) {
    return request.getEvents(0).getMetadataMap().get(key);
  }
}
