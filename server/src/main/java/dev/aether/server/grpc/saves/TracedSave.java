package dev.aether.server.grpc.saves;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.event.TraceContext;
import dev.aether.server.grpc.errors.ConflictWithEvents;
import dev.aether.server.grpc.errors.SpanErrors;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.requests.EventValidator;
import dev.aether.server.measure.Span;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveTrace;
import dev.aether.server.store.Saved;
import dev.aether.v1.NewEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The trace of one save: what is stored of it with the events, and what is recorded. */
final class TracedSave implements SaveTrace {
  /** No trace. */
  static final TracedSave NONE = new TracedSave(Optional.empty(), Span.NONE, false);

  /** No version is encoded in more bytes. */
  private static final long LARGE_VERSION = Long.MAX_VALUE - Limits.EVENTS_PER_COMMIT;

  private final Optional<TraceContext> stored;
  private final Span span;
  private final boolean isOwner;

  /** What {@link #addTo} has added. Written before the save is passed on. */
  private long added;

  private TracedSave(Optional<TraceContext> stored, Span span, boolean isOwner) {
    this.stored = stored;
    this.span = span;
    this.isOwner = isOwner;
  }

  /**
   * A save in a call that is a span.
   *
   * @param stored what is stored with the events
   * @param span the span of the call, which ends with the call
   */
  static TracedSave of(Optional<TraceContext> stored, Span span) {
    return stored.isEmpty() && !span.isRecorded() ? NONE : new TracedSave(stored, span, false);
  }

  /**
   * A save that is a span itself.
   *
   * @param stored what is stored with the events
   * @param span ends with the save
   */
  static TracedSave owning(Optional<TraceContext> stored, Span span) {
    return new TracedSave(stored, span, true);
  }

  /** How many bytes {@link #addTo} has added to the save. */
  long addedBytes() {
    return added;
  }

  /**
   * The save with the trace in the metadata of its events, as far as the limits allow: a trace must
   * not make a save fail.
   *
   * @param maxCommitBytes the size of the largest commit that can be stored
   */
  Save addTo(Save save, int maxCommitBytes) {
    if (this == NONE) {
      return save;
    }
    if (span.isRecorded()) {
      span.set("aether.namespace", save.namespace().name());
      span.set("aether.events", save.events().size());
    }
    if (stored.isEmpty()) {
      return save.traced(save.events(), this);
    }
    List<NewEvent> events = new ArrayList<>(save.events().size());
    int changed = 0;
    for (NewEvent event : save.events()) {
      NewEvent traced = with(stored.get(), event);
      changed += traced == event ? 0 : 1;
      events.add(traced);
    }
    int size =
        CommitCodec.size(save.namespace(), save.actor(), save.commitId(), LARGE_VERSION, events);
    if (size > maxCommitBytes) {
      return untraced(save);
    }
    added = (long) changed * stored.get().metadataBytes();
    return save.traced(events, this);
  }

  /** There is no room for the trace in the events. */
  void leaveOut() {
    added = 0;
  }

  /** The save without the trace in its events, but with its span. */
  Save untraced(Save save) {
    return this == NONE ? save : save.traced(save.events(), this);
  }

  private static NewEvent with(TraceContext context, NewEvent event) {
    Map<String, String> metadata = event.getMetadataMap();
    if (metadata.containsKey(TraceContext.PARENT)
        || metadata.containsKey(TraceContext.STATE)
        || metadata.size() + context.metadataKeys() > Limits.METADATA_KEYS
        || EventValidator.metadataBytes(metadata) + context.metadataBytes()
            > Limits.METADATA_BYTES) {
      return event;
    }
    NewEvent.Builder changed =
        event.toBuilder().putMetadata(TraceContext.PARENT, context.traceparent());
    if (!context.tracestate().isEmpty()) {
      changed.putMetadata(TraceContext.STATE, context.tracestate());
    }
    return changed.build();
  }

  @Override
  public Publish publishing(String stream) {
    if (!span.isRecorded()) {
      return Publish.NONE;
    }
    Span publish = span.child("publish", Span.Kind.CLIENT);
    publish.set("messaging.system", "nats");
    publish.set("messaging.operation.type", "send");
    publish.set("messaging.operation.name", "publish");
    publish.set("messaging.destination.name", stream);
    return failure -> publish.end(failure == null ? null : Exceptions.unwrap(failure).getMessage());
  }

  /** The save was answered; one of the arguments is null. */
  void ended(@Nullable Saved saved, @Nullable Throwable thrown) {
    if (!span.isRecorded()) {
      return;
    }
    if (saved != null) {
      span.set("aether.replayed", String.valueOf(saved.replayed()));
    } else if (thrown != null) {
      Throwable cause = Exceptions.unwrap(thrown);
      if (cause instanceof StoreException known) {
        span.set("error.type", known.reason().name());
      } else if (cause instanceof ConflictWithEvents) {
        span.set("error.type", Reason.VERSION_CONFLICT.name());
      }
    }
    if (isOwner) {
      span.end(thrown == null ? null : SpanErrors.of(StatusMapper.toStatus(thrown).getStatus()));
    }
  }
}
