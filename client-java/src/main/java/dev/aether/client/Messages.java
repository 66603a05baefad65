package dev.aether.client;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import dev.aether.v1.CommitAt;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Between the client's types and the contract's messages. Checks nothing: the server does. */
final class Messages {
  private Messages() {}

  /** The first attempt's request: {@code command} has a commit id. */
  static SaveEventsRequest saveRequest(SaveCommand command, String namespace) {
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

  private static dev.aether.v1.NewEvent newEvent(NewEvent event) {
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
      message.setTimestamp(
          Timestamp.newBuilder()
              .setSeconds(timestamp.getEpochSecond())
              .setNanos(timestamp.getNano()));
    }
    return message.build();
  }

  static Saved saved(String commitId, SaveEventsResponse answer) {
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

  static GetEventsRequest eventsRequest(String actorId, String namespace, ReadOptions options) {
    return GetEventsRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(actorId)
        .setFromVersion(options.fromVersion())
        .setToVersion(options.toVersion())
        .setMaxCount(options.maxCount())
        .setBackwards(options.backwards())
        .setReportCorrupt(options.onCorrupt() != null)
        .build();
  }

  static Event event(dev.aether.v1.Event message) {
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

  static List<Event> events(List<dev.aether.v1.Event> messages) {
    List<Event> events = new ArrayList<>(messages.size());
    for (dev.aether.v1.Event message : messages) {
      events.add(event(message));
    }
    return events;
  }

  static Commit commit(CommitAt message) {
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

  static EventStored stored(dev.aether.v1.EventStored message) {
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

  static ReplayError replayError(dev.aether.v1.ReplayError message) {
    return new ReplayError(
        message.getActorId(), message.getPartition(), message.getPosition(), message.getReason());
  }

  static NewEvent broadcast(dev.aether.v1.NewEvent message) {
    return new NewEvent(
        message.getEventType(),
        Bytes.of(message.getData()),
        message.getContentType(),
        message.getEventId(),
        message.getCommandId(),
        message.getMetadataMap(),
        message.hasTimestamp() ? instant(message.getTimestamp()) : null);
  }

  private static Instant instant(Timestamp message) {
    return Instant.ofEpochSecond(message.getSeconds(), message.getNanos());
  }
}
