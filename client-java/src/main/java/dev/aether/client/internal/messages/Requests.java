package dev.aether.client.internal.messages;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import dev.aether.client.Cursor;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.ListActorsOptions;
import dev.aether.client.LoadOptions;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.ReadOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.Snapshot;
import dev.aether.client.internal.validation.Utf8;
import dev.aether.client.internal.validation.Validation;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.Filter;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import java.time.Instant;
import java.util.List;

/** Builds the requests of the protocol. */
public final class Requests {
  private Requests() {}

  /** The request of the first attempt; the command must have a commit id. */
  public static SaveEventsRequest save(SaveCommand command, String namespace) {
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
   * The request of a repeat. It does not ask for missed events, because the first answer may have
   * been lost at a proxy that refused an error of that size.
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

  public static GetEventsRequest events(String actorId, String namespace, ReadOptions options) {
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

  public static GetLatestVersionRequest latestVersion(String actorId, String namespace) {
    return GetLatestVersionRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(Validation.actorId(actorId))
        .build();
  }

  public static LoadActorRequest load(String actorId, String namespace, LoadOptions options) {
    return LoadActorRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(Validation.actorId(actorId))
        .setReportCorrupt(options.onCorrupt() != null)
        .build();
  }

  public static SaveSnapshotRequest saveSnapshot(Snapshot snapshot, String namespace) {
    return SaveSnapshotRequest.newBuilder()
        .setNamespace(namespace)
        .setSnapshot(snapshot(snapshot))
        .build();
  }

  public static GetLatestSnapshotRequest latestSnapshot(String actorId, String namespace) {
    return GetLatestSnapshotRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(Validation.actorId(actorId))
        .build();
  }

  public static DeleteSnapshotRequest deleteSnapshot(String actorId, String namespace) {
    return DeleteSnapshotRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(Validation.actorId(actorId))
        .build();
  }

  public static ListActorsRequest listActors(
      ListActorsOptions options, String pageToken, String namespace) {
    return ListActorsRequest.newBuilder()
        .setNamespace(namespace)
        .setPrefix(Utf8.sound("prefix", options.prefix()))
        .setPageSize(options.pageSize())
        .setPageToken(pageToken)
        .setWithSnapshot(options.withSnapshot())
        .build();
  }

  public static PublishRequest publish(NewEvent event, String namespace) {
    return PublishRequest.newBuilder().setNamespace(namespace).setEvent(newEvent(event)).build();
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

  public static Timestamp.Builder timestamp(Instant instant) {
    return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).setNanos(instant.getNano());
  }

  public static Filter filter(List<String> eventTypes, String actorPattern) {
    eventTypes.forEach(type -> Validation.checkName("eventType", type));
    String sound = Utf8.sound("actorPattern", actorPattern);
    return Filter.newBuilder().addAllEventTypes(eventTypes).setActorPattern(sound).build();
  }

  public static ReadLogRequest readLog(ReadLogOptions options, String defaultPattern) {
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
}
