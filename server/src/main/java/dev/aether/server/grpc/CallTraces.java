package dev.aether.server.grpc;

import dev.aether.server.event.TraceContext;
import dev.aether.server.grpc.errors.SpanErrors;
import dev.aether.server.grpc.requests.CallTrace;
import dev.aether.server.measure.Span;
import dev.aether.server.measure.Traces;
import dev.aether.v1.EventStoreGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Continues the traces of callers: records a span for each call of Aether's own services, and lets
 * saves know where their callers are in a trace. A tracer rather than an interceptor, since gRPC
 * tells it the end of each call, whatever the reason. If traces are off and a caller sends none, it
 * costs a save a search in its headers, and other calls nothing. It must also be an interceptor of
 * the server, behind access control: the calls of strangers must not crowd out the spans of others.
 */
final class CallTraces extends ServerStreamTracer.Factory implements ServerInterceptor {
  private static final Metadata.Key<String> PARENT =
      Metadata.Key.of(TraceContext.PARENT, Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> STATE =
      Metadata.Key.of(TraceContext.STATE, Metadata.ASCII_STRING_MARSHALLER);
  private static final String SAVE = EventStoreGrpc.getSaveEventsMethod().getFullMethodName();

  private static final Context.Key<Traced> TRACED = Context.key("aether-traced");
  private static final ServerStreamTracer UNTRACED = new ServerStreamTracer() {};

  private final Traces traces;
  private final Set<String> methods;

  CallTraces(Traces traces, List<ServerServiceDefinition> services) {
    this.traces = traces;
    methods =
        services.stream()
            .map(ServerServiceDefinition::getMethods)
            .flatMap(all -> all.stream().map(ServerMethodDefinition::getMethodDescriptor))
            .map(method -> method.getFullMethodName())
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    boolean isRecorded = traces.areOn() && methods.contains(method);
    if (!isRecorded && !method.equals(SAVE)) {
      return UNTRACED;
    }
    Optional<TraceContext> caller = caller(headers);
    Span span = isRecorded ? traces.begin(method, Span.Kind.SERVER, caller) : Span.NONE;
    return caller.isEmpty() && !span.isRecorded()
        ? UNTRACED
        : new Traced(new CallTrace(caller, described(span, method)));
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Traced traced = TRACED.get();
    if (traced != null) {
      traced.isLetThrough = true;
    }
    return next.startCall(call, headers);
  }

  private static Optional<TraceContext> caller(Metadata headers) {
    Iterable<String> parents = headers.getAll(PARENT);
    return parents == null
        ? Optional.empty()
        : TraceContext.of(only(parents), joined(headers.getAll(STATE)));
  }

  /** Nobody knows which of several is meant. */
  private static @Nullable String only(Iterable<String> values) {
    Iterator<String> each = values.iterator();
    String first = each.next();
    return each.hasNext() ? null : first;
  }

  /** A list that is split over several headers is one list. */
  private static @Nullable String joined(@Nullable Iterable<String> values) {
    if (values == null) {
      return null;
    }
    StringJoiner all = new StringJoiner(",");
    values.forEach(all::add);
    return all.toString();
  }

  private static Span described(Span span, String method) {
    if (span.isRecorded()) {
      int slash = method.lastIndexOf('/');
      span.set("rpc.system", "grpc");
      span.set("rpc.service", method.substring(0, slash));
      span.set("rpc.method", method.substring(slash + 1));
    }
    return span;
  }

  /** Follows one call. */
  private static final class Traced extends ServerStreamTracer {
    private final CallTrace trace;

    /** Whether access control knows who makes the call, or anybody may. */
    private volatile boolean isLetThrough;

    Traced(CallTrace trace) {
      this.trace = trace;
    }

    @Override
    public Context filterContext(Context context) {
      Context traced = trace.in(context);
      return trace.span().isRecorded() ? traced.withValue(TRACED, this) : traced;
    }

    @Override
    public void streamClosed(Status status) {
      if (!isLetThrough) {
        return; // Not ended, so not sent, whatever the status: a stranger may reset the call.
      }
      trace.span().set("rpc.grpc.status_code", status.getCode().value());
      trace.span().end(SpanErrors.of(status));
    }
  }
}
