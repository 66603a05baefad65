package dev.aether.server.grpc.requests;

import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.aether.server.codec.UuidV7;
import dev.aether.v1.NewEvent;
import dev.aether.v1.Snapshot;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Fills in what a sender left out: ids, content types and times.
 *
 * @param clock gives the times
 */
public record EventDefaults(InstantSource clock) {
  private static final String DEFAULT_CONTENT_TYPE = "application/json";

  /** The events as they are stored. Events of one commit without a time get the same one. */
  public List<NewEvent> of(List<NewEvent> events) {
    Timestamp now = now();
    List<NewEvent> complete = new ArrayList<>(events.size());
    for (NewEvent event : events) {
      complete.add(of(event, now));
    }
    return complete;
  }

  /** The event as it is broadcast. */
  public NewEvent of(NewEvent event) {
    return of(event, now());
  }

  /** Completes an event. Fields that only a newer release knows are dropped rather than stored. */
  private static NewEvent of(NewEvent event, Timestamp now) {
    NewEvent.Builder complete = event.toBuilder();
    complete.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    if (event.getEventId().isEmpty()) {
      complete.setEventId(UuidV7.next().toString());
    }
    if (event.getContentType().isEmpty()) {
      complete.setContentType(DEFAULT_CONTENT_TYPE);
    }
    if (!event.hasTimestamp()) {
      complete.setTimestamp(now);
    }
    return complete.build();
  }

  /** The snapshot as it is stored. */
  public Snapshot of(Snapshot snapshot) {
    Snapshot.Builder complete = snapshot.toBuilder();
    if (snapshot.getContentType().isEmpty()) {
      complete.setContentType(DEFAULT_CONTENT_TYPE);
    }
    if (!snapshot.hasTimestamp()) {
      complete.setTimestamp(now());
    }
    return complete.build();
  }

  private Timestamp now() {
    Instant now = clock.instant();
    return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
  }
}
