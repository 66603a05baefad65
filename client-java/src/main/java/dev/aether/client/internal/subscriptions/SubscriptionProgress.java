package dev.aether.client.internal.subscriptions;

import dev.aether.client.AetherException;
import dev.aether.client.SubscriptionState;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.reads.FrameCall;
import dev.aether.client.internal.reads.LogPositions;
import dev.aether.client.internal.reads.LogReadProgress;
import dev.aether.client.internal.reads.ResumingCall;
import dev.aether.v1.CommitAt;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStored;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How far a subscription has come, by the last cursor and what came after it. */
public final class SubscriptionProgress implements ResumingCall.Course<Arrival> {
  private final SubscribeRequest request;
  private final LogPositions progress = new LogPositions();

  /** Empty before the first. */
  private String cursor = "";

  private boolean begun;
  private boolean caughtUp;

  public SubscriptionProgress(SubscribeRequest request) {
    this.request = request;
  }

  @Override
  public FrameCall.Step<?, ?, Arrival> next() {
    SubscribeRequest next = request;
    if (!cursor.isEmpty()) {
      progress.resumed();
      next = request.toBuilder().setCursor(cursor).putAllAfter(progress.ahead()).build();
    }
    return new FrameCall.Step<SubscribeRequest, SubscribeResponse, Arrival>(
        EventBusGrpc.getSubscribeMethod(), next, frame -> new Arrival.Frame(frame, false));
  }

  @Override
  public Arrival received(Arrival arrival) {
    return arrival instanceof Arrival.Frame received ? received(received.frame()) : arrival;
  }

  private Arrival.Frame received(SubscribeResponse frame) {
    boolean again = false;
    SubscribeResponse fresh = frame;
    switch (frame.getFrameCase()) {
      case STARTED -> {
        again = begun;
        begun = true;
        moved(frame.getStarted().getCursor());
      }
      case EVENTS -> fresh = frame.toBuilder().setEvents(fresh(frame.getEvents())).build();
      case CAUGHT_UP -> {
        again = caughtUp;
        caughtUp = true;
        moved(frame.getCaughtUp().getCursor());
      }
      case HEARTBEAT -> moved(frame.getHeartbeat().getCursor());
      case ERROR -> moved(frame.getError().getCursor());
      case NAMESPACE_DELETED -> progress.deleted(frame.getNamespaceDeleted().getNamespace());
      case BROADCAST, FRAME_NOT_SET -> {}
    }
    return new Arrival.Frame(fresh, again);
  }

  private SubscriptionEvents fresh(SubscriptionEvents frame) {
    List<CommitAt> commits = new ArrayList<>(frame.getCommitsCount());
    for (CommitAt commit : frame.getCommitsList()) {
      if (LogReadProgress.isNew(progress, commit)) {
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
    // Among commits that were handed on already, a cursor stands before what was handed on.
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

  /** The notices of one commit come together, and are new or not together. */
  private List<EventStored> newNotices(List<EventStored> notices) {
    List<EventStored> fresh = new ArrayList<>(notices.size());
    EventStored before = null;
    boolean isNew = false;
    for (EventStored notice : notices) {
      if (before == null || !isOfOneCommit(before, notice)) {
        isNew =
            progress.isNew(
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
  public boolean isOver() {
    return false;
  }

  @Override
  public Arrival lost(AetherException cause, int attempt, Duration retryIn) {
    return new Arrival.Lost(new SubscriptionState.Lost(cause, attempt, retryIn));
  }
}
