package dev.aether.client.internal.messages;

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
import dev.aether.client.LogSignal;
import dev.aether.client.NewEvent;
import dev.aether.client.ReplayError;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.v1.CommitAt;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Converts messages of the protocol to values of the client. */
public final class Messages {
  private Messages() {}

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

  public static Snapshot snapshot(dev.aether.v1.Snapshot message) {
    return new Snapshot(
        message.getActorId(),
        message.getVersion(),
        Bytes.of(message.getState()),
        message.getContentType(),
        message.getMetadataMap(),
        message.hasTimestamp() ? instant(message.getTimestamp()) : null);
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
      parts.add(new ActorPart.SnapshotPart(snapshot(frame.getSnapshot())));
    }
    for (dev.aether.v1.Event event : frame.getEventsList()) {
      parts.add(new ActorPart.EventPart(event(event)));
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
