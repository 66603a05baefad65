package dev.aether.client.internal.reads;

import dev.aether.v1.Event;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.ReplayError;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Progress of a read of an actor's events, by the version of the last event. */
public final class EventsProgress implements ReadProgress<GetEventsResponse, GetEventsResponse> {
  private final GetEventsRequest request;
  private long lastVersion;
  private long count;
  private long lastErrorPosition;

  public EventsProgress(GetEventsRequest request) {
    this.request = request;
  }

  @Override
  public FrameCall.@Nullable Step<?, ?, GetEventsResponse> next() {
    GetEventsRequest next = lastVersion == 0 ? request : rest();
    return next == null
        ? null
        : new FrameCall.Step<>(EventStoreGrpc.getGetEventsMethod(), next, UnaryOperator.identity());
  }

  /** The request for the events after the last one; null if nothing is left. */
  private @Nullable GetEventsRequest rest() {
    GetEventsRequest.Builder rest = request.toBuilder();
    if (request.getMaxCount() != 0) {
      if (Long.compareUnsigned(count, request.getMaxCount()) >= 0) {
        return null;
      }
      rest.setMaxCount(request.getMaxCount() - count);
    }
    if (request.getBackwards()) {
      if (lastVersion == 1 || Long.compareUnsigned(lastVersion, request.getFromVersion()) <= 0) {
        return null;
      }
      return rest.setToVersion(lastVersion - 1).build();
    }
    if (request.getToVersion() != 0
        && Long.compareUnsigned(lastVersion, request.getToVersion()) >= 0) {
      return null;
    }
    return rest.setFromVersion(lastVersion + 1).build();
  }

  @Override
  public GetEventsResponse received(GetEventsResponse frame) {
    List<Event> events = frame.getEventsList();
    count += events.size();
    if (!events.isEmpty()) {
      lastVersion = events.get(events.size() - 1).getVersion();
    }
    return frame.getErrorsCount() == 0 ? frame : withNewErrors(frame);
  }

  /**
   * Removes errors that were reported before: a resumed read starts after the last event and meets
   * the corrupt records after it again.
   */
  private GetEventsResponse withNewErrors(GetEventsResponse frame) {
    GetEventsResponse.Builder fresh = frame.toBuilder().clearErrors();
    for (ReplayError error : frame.getErrorsList()) {
      long position = error.getPosition();
      if (lastErrorPosition == 0
          || (request.getBackwards()
              ? Long.compareUnsigned(position, lastErrorPosition) < 0
              : Long.compareUnsigned(position, lastErrorPosition) > 0)) {
        fresh.addErrors(error);
        lastErrorPosition = position;
      }
    }
    return fresh.build();
  }

  @Override
  public String what() {
    return "the read of the events of actor " + request.getActorId();
  }

  @Override
  public boolean endsWithCall() {
    return true;
  }
}
