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
  public List<NewEvent> complete(List<NewEvent> events) {
    Timestamp now = now();
    List<NewEvent> completed = new ArrayList<>(events.size());
    for (NewEvent event : events) {
      completed.add(complete(event, now));
    }
    return completed;
  }

  /** The event as it is broadcast. */
  public NewEvent complete(NewEvent event) {
    return complete(event, now());
  }

  /** Completes an event. Fields that only a newer release knows are dropped rather than stored. */
  private static NewEvent complete(NewEvent event, Timestamp now) {
    NewEvent.Builder completed = event.toBuilder();
    completed.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    if (event.getEventId().isEmpty()) {
      completed.setEventId(UuidV7.next().toString());
    }
    if (event.getContentType().isEmpty()) {
      completed.setContentType(DEFAULT_CONTENT_TYPE);
    }
    if (!event.hasTimestamp()) {
      completed.setTimestamp(now);
    }
    return completed.build();
  }

  /** The snapshot as it is stored. */
  public Snapshot complete(Snapshot snapshot) {
    Snapshot.Builder completed = snapshot.toBuilder();
    if (snapshot.getContentType().isEmpty()) {
      completed.setContentType(DEFAULT_CONTENT_TYPE);
    }
    if (!snapshot.hasTimestamp()) {
      completed.setTimestamp(now());
    }
    return completed.build();
  }

  private Timestamp now() {
    Instant now = clock.instant();
    return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
  }
}
