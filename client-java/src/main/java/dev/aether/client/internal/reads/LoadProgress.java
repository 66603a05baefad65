package dev.aether.client.internal.reads;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Progress of loading an actor. Once a part has been received, the rest is read as a range of
 * events, because a snapshot saved in the meantime would skip events.
 */
public final class LoadProgress implements ReadProgress<LoadActorResponse, LoadActorResponse> {
  private final LoadActorRequest request;
  private @Nullable EventsProgress rest;

  public LoadProgress(LoadActorRequest request) {
    this.request = request;
  }

  @Override
  public FrameCall.@Nullable Step<?, ?, LoadActorResponse> next() {
    EventsProgress events = rest;
    if (events == null) {
      return new FrameCall.Step<>(
          EventStoreGrpc.getLoadActorMethod(), request, UnaryOperator.identity());
    }
    FrameCall.Step<?, ?, GetEventsResponse> step = events.next();
    return step == null ? null : asPart(step);
  }

  private static <Q, A> FrameCall.Step<Q, A, LoadActorResponse> asPart(
      FrameCall.Step<Q, A, GetEventsResponse> step) {
    return new FrameCall.Step<>(
        step.method(),
        step.request(),
        answer -> {
          GetEventsResponse events = step.frame().apply(answer);
          return LoadActorResponse.newBuilder()
              .addAllEvents(events.getEventsList())
              .addAllErrors(events.getErrorsList())
              .build();
        });
  }

  @Override
  public LoadActorResponse received(LoadActorResponse frame) {
    EventsProgress events = rest;
    if (events == null) {
      events =
          new EventsProgress(range(frame.hasSnapshot() ? frame.getSnapshot().getVersion() : 0));
      rest = events;
      if (frame.getEventsCount() == 0) {
        // Errors of the snapshot have positions in another log than errors of the events.
        return frame;
      }
    }
    GetEventsResponse fresh =
        events.received(
            GetEventsResponse.newBuilder()
                .addAllEvents(frame.getEventsList())
                .addAllErrors(frame.getErrorsList())
                .build());
    return fresh.getErrorsCount() == frame.getErrorsCount()
        ? frame
        : frame.toBuilder().clearErrors().addAllErrors(fresh.getErrorsList()).build();
  }

  private GetEventsRequest range(long snapshotVersion) {
    return GetEventsRequest.newBuilder()
        .setNamespace(request.getNamespace())
        .setActorId(request.getActorId())
        .setFromVersion(snapshotVersion + 1)
        .setReportCorrupt(request.getReportCorrupt())
        .build();
  }

  @Override
  public String what() {
    return "the load of actor " + request.getActorId();
  }

  @Override
  public boolean endsWithCall() {
    return true;
  }
}
