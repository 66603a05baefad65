package dev.aether.client.internal.messages;

import com.google.protobuf.Empty;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.Reason;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.SubscriptionState;
import dev.aether.client.internal.subscriptions.Arrival;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Between a subscription's options and signals and the contract's frames. */
public final class SubscriptionMessages {
  private SubscriptionMessages() {}

  public static SubscribeRequest request(SubscribeOptions options, String defaultPattern) {
    String pattern = options.namespacePattern();
    SubscribeRequest.Builder request =
        SubscribeRequest.newBuilder()
            .setNamespacePattern(pattern == null ? defaultPattern : pattern)
            .setFilter(Messages.filter(options.eventTypes(), options.actorPattern()))
            .setDetail(options.storedOnly() ? Detail.DETAIL_STORED_ONLY : Detail.DETAIL_FULL)
            .setIncludeBroadcasts(options.includeBroadcasts())
            .setReportCorrupt(options.reportCorrupt());
    SubscriptionStart start = options.start();
    if (start instanceof SubscriptionStart.After after) {
      request.setCursor(after.cursor().toString());
    } else if (start instanceof SubscriptionStart.Beginning) {
      request.setBeginning(Empty.getDefaultInstance());
    } else {
      request.setLive(Empty.getDefaultInstance());
    }
    return request.build();
  }

  /** What arrived, in order. */
  public static List<SubscriptionSignal> signals(Arrival arrival) {
    if (arrival instanceof Arrival.Lost lost) {
      return List.of(new SubscriptionSignal.StateChanged(lost.state()));
    }
    Arrival.Frame arrived = (Arrival.Frame) arrival;
    SubscribeResponse frame = arrived.frame();
    if (!arrived.again()) {
      return signals(frame);
    }
    return List.of(
        new SubscriptionSignal.StateChanged(
            frame.hasStarted()
                ? new SubscriptionState.Connected(frame.getStarted().getNodeId(), true)
                : new SubscriptionState.CaughtUp()));
  }

  /** What a frame says, in order; empty for a kind of frame that is newer than this client. */
  public static List<SubscriptionSignal> signals(SubscribeResponse frame) {
    return switch (frame.getFrameCase()) {
      case STARTED ->
          List.of(
              new SubscriptionSignal.Started(
                  frame.getStarted().getNodeId(), cursor(frame.getStarted().getCursor())));
      case EVENTS -> eventSignals(frame.getEvents());
      case CAUGHT_UP ->
          List.of(new SubscriptionSignal.CaughtUp(cursor(frame.getCaughtUp().getCursor())));
      case HEARTBEAT ->
          List.of(new SubscriptionSignal.Heartbeat(cursor(frame.getHeartbeat().getCursor())));
      case ERROR ->
          List.of(
              new SubscriptionSignal.Corrupt(
                  Messages.replayError(frame.getError().getError()),
                  cursor(frame.getError().getCursor())));
      case NAMESPACE_DELETED ->
          List.of(
              new SubscriptionSignal.NamespaceDeleted(frame.getNamespaceDeleted().getNamespace()));
      case BROADCAST ->
          List.of(
              new SubscriptionSignal.Broadcast(
                  frame.getBroadcast().getNamespace(),
                  Messages.broadcast(frame.getBroadcast().getEvent())));
      case FRAME_NOT_SET -> List.of();
    };
  }

  private static List<SubscriptionSignal> eventSignals(SubscriptionEvents frame) {
    List<SubscriptionSignal> signals = new ArrayList<>();
    for (Commit commit : commits(frame)) {
      signals.add(new SubscriptionSignal.Committed(commit));
    }
    for (EventStored event : stored(frame)) {
      signals.add(new SubscriptionSignal.Stored(event));
    }
    Cursor cursor = optionalCursor(frame);
    if (cursor != null) {
      signals.add(new SubscriptionSignal.CursorMoved(cursor));
    }
    return signals;
  }

  public static List<Commit> commits(SubscriptionEvents frame) {
    List<Commit> commits = new ArrayList<>(frame.getCommitsCount());
    for (CommitAt commit : frame.getCommitsList()) {
      commits.add(Messages.commit(commit));
    }
    return commits;
  }

  public static List<EventStored> stored(SubscriptionEvents frame) {
    return frame.getStoredList().stream().map(Messages::stored).toList();
  }

  public static @Nullable Cursor optionalCursor(SubscriptionEvents frame) {
    return frame.getCursor().isEmpty() ? null : Cursor.of(frame.getCursor());
  }

  private static Cursor cursor(String value) {
    if (value.isEmpty()) {
      throw new AetherException(
          Reason.UNKNOWN, "the server sent a frame without its cursor", Map.of(), null);
    }
    return Cursor.of(value);
  }
}
