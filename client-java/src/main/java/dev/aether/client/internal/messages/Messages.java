package dev.aether.client.internal.messages;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import dev.aether.client.ActorPage;
import dev.aether.client.ActorPart;
import dev.aether.client.ActorSummary;
import dev.aether.client.Bytes;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Durability;
import dev.aether.client.Event;
import dev.aether.client.EventStored;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.LogSignal;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.ReadOptions;
import dev.aether.client.ReplayError;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.client.internal.validation.Utf8;
import dev.aether.client.internal.validation.Validation;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Filter;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Between the client's types and the contract's messages. */
public final class Messages {
  private Messages() {}

  /** The first attempt's request: {@code command} has a commit id. */
  public static SaveEventsRequest saveRequest(SaveCommand command, String namespace) {
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace(namespace)
            .setActorId(command.actorId())
            .setCommitId(command.commitId())
            .setRetry(command.retry())
            .setMaxMissedEvents(command.maxMissedEvents());
    ExpectedVersion expected = command.expected();
    if (expected instanceof ExpectedVersion.Exactly exactly) {
      request.setExpectedVersion(exactly.version());
    } else if (expected instanceof ExpectedVersion.Any) {
      request.setAnyVersion(Empty.getDefaultInstance());
    } else {
      request.setExistingActor(Empty.getDefaultInstance());
    }
    for (NewEvent event : command.events()) {
      request.addEvents(newEvent(event));
    }
    return request.build();
  }

  /**
   * The request as it is sent again. Missed events are not asked for any more: where a proxy has no
   * room for an error that brings them, the first answer was lost for that.
   */
  public static SaveEventsRequest repeated(SaveEventsRequest sent) {
    return sent.toBuilder().setRetry(true).setMaxMissedEvents(0).build();
  }

  public static dev.aether.v1.NewEvent newEvent(NewEvent event) {
    dev.aether.v1.NewEvent.Builder message =
        dev.aether.v1.NewEvent.newBuilder()
            .setEventId(event.eventId())
            .setEventType(event.type())
            .setCommandId(event.commandId())
            .setData(event.data().toByteString())
            .setContentType(event.contentType())
            .putAllMetadata(event.metadata());
    Instant timestamp = event.timestamp();
    if (timestamp != null) {
      message.setTimestamp(timestamp(timestamp));
    }
    return message.build();
  }

  public static Saved saved(String commitId, SaveEventsResponse answer) {
    return new Saved(
        commitId,
        answer.getFirstVersion(),
        answer.getLastVersion(),
        answer.getPartition(),
        answer.getPosition(),
        answer.getReplayed(),
        durability(answer.getDurability()));
  }

  private static Durability durability(dev.aether.v1.Durability message) {
    Durability.Sync sync =
        switch (message.getSync()) {
          case SYNC_ALWAYS -> Durability.Sync.ALWAYS;
          case SYNC_INTERVAL -> Durability.Sync.INTERVAL;
          case SYNC_MEMORY -> Durability.Sync.MEMORY;
          case SYNC_UNSPECIFIED, UNRECOGNIZED -> Durability.Sync.UNKNOWN;
        };
    return new Durability(message.getReplicas(), sync);
  }

  public static GetEventsRequest eventsRequest(
      String actorId, String namespace, ReadOptions options) {
    return GetEventsRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(Validation.actorId(actorId))
        .setFromVersion(options.fromVersion())
        .setToVersion(options.toVersion())
        .setMaxCount(options.maxCount())
        .setBackwards(options.backwards())
        .setReportCorrupt(options.onCorrupt() != null)
        .build();
  }

  public static Event event(dev.aether.v1.Event message) {
    return new Event(
        message.getActorId(),
        message.getVersion(),
        message.getEventType(),
        Bytes.of(message.getData()),
        message.getContentType(),
        message.getEventId(),
        message.getCommandId(),
        message.getMetadataMap(),
        instant(message.getTimestamp()));
  }

  public static List<Event> events(List<dev.aether.v1.Event> messages) {
    List<Event> events = new ArrayList<>(messages.size());
    for (dev.aether.v1.Event message : messages) {
      events.add(event(message));
    }
    return events;
  }

  public static Commit commit(CommitAt message) {
    dev.aether.v1.Commit commit = message.getCommit();
    return new Commit(
        commit.getNamespace(),
        commit.getCommitId(),
        commit.getActorId(),
        commit.getFirstVersion(),
        commit.getLastVersion(),
        events(commit.getEventsList()),
        message.getPartition(),
        message.getPosition(),
        instant(message.getStoredAt()));
  }

  public static EventStored stored(dev.aether.v1.EventStored message) {
    return new EventStored(
        message.getNamespace(),
        message.getActorId(),
        message.getEventId(),
        message.getEventType(),
        message.getVersion(),
        instant(message.getTimestamp()),
        message.getPartition(),
        message.getPosition());
  }

  public static dev.aether.v1.Snapshot snapshot(Snapshot snapshot) {
    dev.aether.v1.Snapshot.Builder message =
        dev.aether.v1.Snapshot.newBuilder()
            .setActorId(snapshot.actorId())
            .setVersion(snapshot.version())
            .setState(snapshot.state().toByteString())
            .setContentType(snapshot.contentType())
            .putAllMetadata(snapshot.metadata());
    Instant timestamp = snapshot.timestamp();
    if (timestamp != null) {
      message.setTimestamp(timestamp(timestamp));
    }
    return message.build();
  }

  public static Snapshot snapshot(dev.aether.v1.Snapshot message) {
    return new Snapshot(
        message.getActorId(),
        message.getVersion(),
        Bytes.of(message.getState()),
        message.getContentType(),
        message.getMetadataMap(),
        message.hasTimestamp() ? instant(message.getTimestamp()) : null);
  }

  public static Timestamp.Builder timestamp(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano());
  }

  public static Filter filter(List<String> eventTypes, String actorPattern) {
    eventTypes.forEach(type -> Validation.checkName("eventType", type));
    String sound = Utf8.sound("actorPattern", actorPattern);
    return Filter.newBuilder().addAllEventTypes(eventTypes).setActorPattern(sound).build();
  }

  public static ReadLogRequest readLogRequest(ReadLogOptions options, String defaultPattern) {
    String pattern = options.namespacePattern();
    Cursor after = options.after();
    return ReadLogRequest.newBuilder()
        .setNamespacePattern(pattern == null ? defaultPattern : pattern)
        .setCursor(after == null ? "" : after.toString())
        .setFilter(filter(options.eventTypes(), options.actorPattern()))
        .setMaxCount(options.maxCount())
        .setReportCorrupt(options.reportCorrupt())
        .build();
  }

  public static List<LogSignal> logSignals(ReadLogResponse frame) {
    List<LogSignal> signals = new ArrayList<>();
    for (CommitAt commit : frame.getCommitsList()) {
      signals.add(new LogSignal.Committed(commit(commit)));
    }
    for (dev.aether.v1.ReplayError error : frame.getErrorsList()) {
      signals.add(new LogSignal.Corrupt(replayError(error)));
    }
    if (!frame.getCursor().isEmpty()) {
      signals.add(new LogSignal.CursorMoved(Cursor.of(frame.getCursor())));
    }
    return signals;
  }

  public static List<ActorPart> actorParts(LoadActorResponse frame) {
    List<ActorPart> parts = new ArrayList<>();
    if (frame.hasSnapshot()) {
      parts.add(new ActorPart.Begin(snapshot(frame.getSnapshot())));
    }
    for (dev.aether.v1.Event event : frame.getEventsList()) {
      parts.add(new ActorPart.Next(event(event)));
    }
    return parts;
  }

  public static ActorPage actorPage(ListActorsResponse message) {
    return new ActorPage(
        message.getActorsList().stream()
            .map(actor -> new ActorSummary(actor.getActorId(), actor.getVersion()))
            .toList(),
        message.getNextPageToken());
  }

  public static ReplayError replayError(dev.aether.v1.ReplayError message) {
    return new ReplayError(
        message.getActorId(), message.getPartition(), message.getPosition(), message.getReason());
  }

  public static NewEvent broadcast(dev.aether.v1.NewEvent message) {
    return new NewEvent(
        message.getEventType(),
        Bytes.of(message.getData()),
        message.getContentType(),
        message.getEventId(),
        message.getCommandId(),
        message.getMetadataMap(),
        message.hasTimestamp() ? instant(message.getTimestamp()) : null);
  }

  public static Instant instant(Timestamp message) {
    return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
  }
}
