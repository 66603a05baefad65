package dev.aether.server.grpc.requests;

import dev.aether.server.event.TraceContext;
import dev.aether.server.measure.Span;
import io.grpc.Context;
import java.util.Optional;

/**
 * What is known of the trace that a call belongs to.
 *
 * @param caller where the caller is in the trace; empty if it is not traced
 * @param span what this node records of the call
 */
public record CallTrace(Optional<TraceContext> caller, Span span) {
  private static final CallTrace NONE = new CallTrace(Optional.empty(), Span.NONE);
  private static final Context.Key<CallTrace> KEY = Context.keyWithDefault("aether-trace", NONE);

  /** That of the current call. */
  public static CallTrace current() {
    return KEY.get();
  }

  /** The context of a call with this trace. */
  public Context in(Context context) {
    return context.withValue(KEY, this);
  }

  /** Whether nothing is known, and nothing is recorded. */
  public boolean isNone() {
    return this == NONE;
  }
}
