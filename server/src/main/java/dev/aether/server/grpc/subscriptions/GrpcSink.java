package dev.aether.server.grpc.subscriptions;

import com.google.protobuf.ByteString;
import dev.aether.server.bus.EventFilter;
import dev.aether.server.bus.SharedCommit;
import dev.aether.server.bus.SubscriptionSink;
import dev.aether.server.event.Cursor;
import dev.aether.server.grpc.access.Caller;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.limits.UnreadResponses;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.server.store.LogEntry;
import dev.aether.server.wire.EncodedSubscriptionEvents;
import dev.aether.server.wire.SubscriptionFrame;
import dev.aether.v1.Broadcast;
import dev.aether.v1.Detail;
import dev.aether.v1.Event;
import dev.aether.v1.EventStored;
import dev.aether.v1.NamespaceDeleted;
import dev.aether.v1.SubscriptionCaughtUp;
import dev.aether.v1.SubscriptionError;
import dev.aether.v1.SubscriptionHeartbeat;
import dev.aether.v1.SubscriptionStarted;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Optional;

/** Sends a subscription's frames over gRPC. */
public final class GrpcSink implements SubscriptionSink {
  private final ServerCallStreamObserver<SubscriptionFrame> call;
  private final String nodeId;
  private final CursorCodec cursors;
  private final boolean storedOnly;
  private final EventFilter filter;
  private final UnreadResponses unread = UnreadResponses.current();
  private final String subscriber =
      Caller.current().name().map(name -> name + " ").orElse("") + unread.connection().address();

  public GrpcSink(
      ServerCallStreamObserver<SubscriptionFrame> call,
      String nodeId,
      CursorCodec cursors,
      Detail detail,
      EventFilter filter) {
    this.call = call;
    this.nodeId = nodeId;
    this.cursors = cursors;
    this.storedOnly = detail == Detail.DETAIL_STORED_ONLY;
    this.filter = filter;
  }

  @Override
  public String subscriber() {
    return subscriber;
  }

  @Override
  public boolean isReady() {
    return call.isReady();
  }

  @Override
  public int room() {
    return unread.room();
  }

  @Override
  public void awaitRoom(int bytes, Runnable then) {
    unread.awaitRoom(bytes, then);
  }

  @Override
  public void started(Cursor cursor) {
    send(
        SubscriptionFrame.newBuilder()
            .setStarted(
                SubscriptionStarted.newBuilder()
                    .setNodeId(nodeId)
                    .setCursor(cursors.encode(cursor))));
  }

  @Override
  public void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor) {
    EncodedSubscriptionEvents.Builder events = EncodedSubscriptionEvents.newBuilder();
    for (SharedCommit commit : commits) {
      if (commit.entry() instanceof LogEntry.StoredCommit stored) {
        if (storedOnly) {
          addNotices(events, namespace, stored);
        } else {
          events.addCommits(commit.encoded(stored));
        }
      }
    }
    cursor.map(cursors::encode).ifPresent(events::setCursor);
    send(SubscriptionFrame.newBuilder().setEvents(events));
  }

  private void addNotices(
      EncodedSubscriptionEvents.Builder events, String namespace, LogEntry.StoredCommit stored) {
    for (Event event : stored.commit().decode().getEventsList()) {
      if (filter.passes(event)) {
        events.addStored(notice(namespace, stored, event));
      }
    }
  }

  private static ByteString notice(String namespace, LogEntry.StoredCommit stored, Event event) {
    return EventStored.newBuilder()
        .setNamespace(namespace)
        .setActorId(event.getActorId())
        .setEventId(event.getEventId())
        .setEventType(event.getEventType())
        .setVersion(event.getVersion())
        .setTimestamp(event.getTimestamp())
        .setPartition(stored.partition())
        .setPosition(stored.position())
        .setStoredAt(SharedCommit.timestamp(stored.storedAt()))
        .build()
        .toByteString();
  }

  @Override
  public void cursor(Cursor cursor) {
    send(
        SubscriptionFrame.newBuilder()
            .setEvents(EncodedSubscriptionEvents.newBuilder().setCursor(cursors.encode(cursor))));
  }

  @Override
  public void caughtUp(Cursor cursor) {
    send(
        SubscriptionFrame.newBuilder()
            .setCaughtUp(SubscriptionCaughtUp.newBuilder().setCursor(cursors.encode(cursor))));
  }

  @Override
  public void heartbeat(Cursor cursor) {
    send(
        SubscriptionFrame.newBuilder()
            .setHeartbeat(SubscriptionHeartbeat.newBuilder().setCursor(cursors.encode(cursor))));
  }

  @Override
  public void corrupt(LogEntry.Corrupt record, Cursor cursor) {
    send(
        SubscriptionFrame.newBuilder()
            .setError(
                SubscriptionError.newBuilder()
                    .setError(StatusMapper.replayError(record))
                    .setCursor(cursors.encode(cursor))));
  }

  @Override
  public void namespaceDeleted(String namespace) {
    send(
        SubscriptionFrame.newBuilder()
            .setNamespaceDeleted(NamespaceDeleted.newBuilder().setNamespace(namespace)));
  }

  @Override
  public void broadcast(Broadcast broadcast) {
    send(SubscriptionFrame.newBuilder().setBroadcast(broadcast));
  }

  private void send(SubscriptionFrame.Builder frame) {
    if (!call.isCancelled()) {
      call.onNext(frame.build());
    }
  }

  @Override
  public void failed(Throwable why) {
    // Also for a cancelled call: toStatus logs unexpected errors.
    StatusRuntimeException status = StatusMapper.toStatus(why);
    if (!call.isCancelled()) {
      call.onError(status);
    }
  }
}
