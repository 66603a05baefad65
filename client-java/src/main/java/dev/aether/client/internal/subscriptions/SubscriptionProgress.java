package dev.aether.client.internal.subscriptions;

import dev.aether.client.AetherException;
import dev.aether.client.Cursor;
import dev.aether.client.LogSignal;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionState;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.reads.FrameCall;
import dev.aether.client.internal.reads.LogPositions;
import dev.aether.client.internal.reads.LogReadProgress;
import dev.aether.client.internal.reads.ReadProgress;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStored;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Progress of a subscription, by the last cursor and the commits after it. */
public final class SubscriptionProgress
    implements ReadProgress<SubscribeResponse, List<SubscriptionSignal>> {
  private final SubscribeRequest request;
  private final LogPositions progress = new LogPositions();

  /** Empty before the first cursor. */
  private String cursor = "";

  private boolean started;
  private boolean caughtUp;

  public SubscriptionProgress(SubscribeRequest request) {
    this.request = request;
  }

  @Override
  public FrameCall.Step<?, ?, SubscribeResponse> next() {
    SubscribeRequest next = request;
    if (!cursor.isEmpty()) {
      progress.resumed();
      next = request.toBuilder().setCursor(cursor).putAllAfter(progress.ahead()).build();
    }
    return new FrameCall.Step<>(EventBusGrpc.getSubscribeMethod(), next, UnaryOperator.identity());
  }

  @Override
  public List<SubscriptionSignal> received(SubscribeResponse frame) {
    SubscribeResponse fresh = frame;
    switch (frame.getFrameCase()) {
      case STARTED -> {
        moved(frame.getStarted().getCursor());
        if (started) {
          return List.of(
              state(new SubscriptionState.Connected(frame.getStarted().getNodeId(), true)));
        }
        started = true;
      }
      case EVENTS -> fresh = frame.toBuilder().setEvents(fresh(frame.getEvents())).build();
      case CAUGHT_UP -> {
        moved(frame.getCaughtUp().getCursor());
        if (caughtUp) {
          return List.of(
              state(new SubscriptionState.CaughtUp()),
              new LogSignal.CursorMoved(Cursor.of(cursor)));
        }
        caughtUp = true;
      }
      case HEARTBEAT -> moved(frame.getHeartbeat().getCursor());
      case ERROR -> moved(frame.getError().getCursor());
      case NAMESPACE_DELETED -> progress.deleted(frame.getNamespaceDeleted().getNamespace());
      case BROADCAST, FRAME_NOT_SET -> {}
    }
    return SubscriptionMessages.signals(fresh);
  }

  private static SubscriptionSignal state(SubscriptionState state) {
    return new SubscriptionSignal.StateChanged(state);
  }

  private SubscriptionEvents fresh(SubscriptionEvents frame) {
    List<CommitAt> commits = new ArrayList<>(frame.getCommitsCount());
    for (CommitAt commit : frame.getCommitsList()) {
      if (LogReadProgress.advance(progress, commit)) {
        commits.add(commit);
      }
    }
    List<EventStored> stored = newNotices(frame.getStoredList());
    boolean whole =
        commits.size() == frame.getCommitsCount() && stored.size() == frame.getStoredCount();
    if (!frame.getCursor().isEmpty() && !progress.isRepeating()) {
      moved(frame.getCursor());
      return whole ? frame : with(frame, commits, stored).build();
    }
    // A cursor among repeated commits is a position before commits that were delivered.
    return whole && frame.getCursor().isEmpty()
        ? frame
        : with(frame, commits, stored).clearCursor().build();
  }

  private static SubscriptionEvents.Builder with(
      SubscriptionEvents frame, List<CommitAt> commits, List<EventStored> stored) {
    return frame.toBuilder()
        .clearCommits()
        .addAllCommits(commits)
        .clearStored()
        .addAllStored(stored);
  }

  /** Removes notices that were delivered before. All notices of a commit arrive together. */
  private List<EventStored> newNotices(List<EventStored> notices) {
    List<EventStored> fresh = new ArrayList<>(notices.size());
    EventStored before = null;
    boolean isNew = false;
    for (EventStored notice : notices) {
      if (before == null || !isOfOneCommit(before, notice)) {
        isNew =
            progress.advance(
                notice.getNamespace(),
                notice.getPartition(),
                new LogPositions.Mark(
                    notice.getPosition(),
                    notice.hasStoredAt() ? Messages.instant(notice.getStoredAt()) : null,
                    notice.getEventId()));
      }
      if (isNew) {
        fresh.add(notice);
      }
      before = notice;
    }
    return fresh;
  }

  private static boolean isOfOneCommit(EventStored one, EventStored other) {
    return one.getPosition() == other.getPosition()
        && one.getPartition() == other.getPartition()
        && one.getNamespace().equals(other.getNamespace());
  }

  private void moved(String to) {
    if (!to.isEmpty()) {
      cursor = to;
      progress.cursor();
    }
  }

  @Override
  public String what() {
    return "the subscription to " + request.getNamespacePattern();
  }

  @Override
  public boolean endsWithCall() {
    return false;
  }

  @Override
  public List<SubscriptionSignal> lost(AetherException cause, int attempt, Duration retryIn) {
    return List.of(state(new SubscriptionState.Lost(cause, attempt, retryIn)));
  }
}
