package dev.aether.client.internal.saves;

import dev.aether.client.SaveCommand;
import dev.aether.client.SaveTrace;
import dev.aether.client.SaveTracer;
import dev.aether.client.Saved;
import dev.aether.client.internal.calls.Futures;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.messages.RequestSize;
import dev.aether.v1.SaveEventsRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells a tracer of each save, and puts the trace into its request. Thread-safe. */
public final class SaveTraces {
  private final @Nullable SaveTracer tracer;

  /** Creates the traces of a client; without a tracer there are none. */
  public SaveTraces(@Nullable SaveTracer tracer) {
    this.tracer = tracer;
  }

  /**
   * Starts a save.
   *
   * @param request the request of the command
   * @param save sends the request that it is given
   */
  public CompletableFuture<Saved> follow(
      SaveCommand command,
      SaveEventsRequest request,
      Function<SaveEventsRequest, CompletableFuture<Saved>> save) {
    return followIfTaken(command, request, traced -> Optional.of(save.apply(traced))).orElseThrow();
  }

  /** As {@link #follow}, for a stream that may have no room. */
  public Optional<CompletableFuture<Saved>> followIfTaken(
      SaveCommand command,
      SaveEventsRequest request,
      Function<SaveEventsRequest, Optional<CompletableFuture<Saved>>> save) {
    SaveTrace trace = begin(command, request.getNamespace());
    if (trace == null) {
      return save.apply(request);
    }
    Optional<CompletableFuture<Saved>> saving;
    try {
      saving = save.apply(traced(request, trace));
    } catch (RuntimeException e) {
      end(trace, null, e);
      throw e;
    }
    saving.ifPresentOrElse(taken -> endWith(taken, trace), () -> notTaken(trace));
    return saving;
  }

  private static void endWith(CompletableFuture<Saved> saving, SaveTrace trace) {
    CompletableFuture<?> unused =
        saving.whenComplete(
            (saved, thrown) -> end(trace, saved, thrown == null ? null : Futures.cause(thrown)));
  }

  /**
   * A trace must not make a save fail, so the largest saves are sent without it, and so are those
   * whose trace cannot be asked for.
   */
  private static SaveEventsRequest traced(SaveEventsRequest request, SaveTrace trace) {
    SaveEventsRequest traced;
    try {
      traced =
          request.toBuilder()
              .setTraceparent(trace.traceparent())
              .setTracestate(trace.tracestate())
              .build();
    } catch (RuntimeException e) {
      log(e);
      return request;
    }
    return RequestSize.isTooLarge(traced) ? request : traced;
  }

  private static void notTaken(SaveTrace trace) {
    try {
      trace.notTaken();
    } catch (RuntimeException e) {
      log(e);
    }
  }

  private @Nullable SaveTrace begin(SaveCommand command, String namespace) {
    if (tracer == null) {
      return null;
    }
    try {
      return tracer.begin(command, namespace);
    } catch (RuntimeException e) {
      Logs.CLIENT.warn("a SaveTracer threw an exception", e);
      return null;
    }
  }

  private static void end(SaveTrace trace, @Nullable Saved saved, @Nullable Throwable failure) {
    try {
      trace.ended(saved, failure);
    } catch (RuntimeException e) {
      log(e);
    }
  }

  private static void log(RuntimeException thrown) {
    Logs.CLIENT.warn("a SaveTrace threw an exception", thrown);
  }
}
