package dev.aether.client.internal.messages;

import com.google.protobuf.Empty;
import dev.aether.client.AetherException;
import dev.aether.client.Cursor;
import dev.aether.client.LogSignal;
import dev.aether.client.Reason;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionStart;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.EventStored;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Converts subscription options to requests, and frames to signals. */
public final class SubscriptionMessages {
  private SubscriptionMessages() {}

  public static SubscribeRequest request(SubscribeOptions options, String defaultPattern) {
    String pattern = options.namespacePattern();
    SubscribeRequest.Builder request =
        SubscribeRequest.newBuilder()
            .setNamespacePattern(pattern == null ? defaultPattern : pattern)
            .setFilter(Requests.filter(options.eventTypes(), options.actorPattern()))
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

  /** The signals of a frame, in order; empty for a kind of frame that this client does not know. */
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
              new LogSignal.Corrupt(Messages.replayError(frame.getError().getError())),
              new LogSignal.CursorMoved(cursor(frame.getError().getCursor())));
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
    for (CommitAt commit : frame.getCommitsList()) {
      signals.add(new LogSignal.Committed(Messages.commit(commit)));
    }
    for (EventStored event : frame.getStoredList()) {
      signals.add(new SubscriptionSignal.Stored(Messages.stored(event)));
    }
    if (!frame.getCursor().isEmpty()) {
      signals.add(new LogSignal.CursorMoved(Cursor.of(frame.getCursor())));
    }
    return signals;
  }

  private static Cursor cursor(String value) {
    if (value.isEmpty()) {
      throw new AetherException(
          Reason.UNKNOWN, "the server sent a frame without its cursor", Map.of(), null);
    }
    return Cursor.of(value);
  }
}
