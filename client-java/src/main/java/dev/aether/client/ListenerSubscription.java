package dev.aether.client;

import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A subscription that calls a listener, one frame after the other. */
final class ListenerSubscription implements Subscription, FrameCall.Receiver<SubscribeResponse> {
  private final SubscriptionListener listener;
  private final FrameCall<SubscribeRequest, SubscribeResponse> call;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable Cursor cursor;
  private volatile boolean closed;

  // Set by the callback that failed, read by the end, which comes after it.
  private @Nullable AetherException failure;

  private ListenerSubscription(
      SubscriptionListener listener, FrameCall<SubscribeRequest, SubscribeResponse> call) {
    this.listener = listener;
    this.call = call;
  }

  static Subscription start(
      FrameCall<SubscribeRequest, SubscribeResponse> call,
      SubscribeRequest request,
      SubscriptionListener listener) {
    ListenerSubscription subscription = new ListenerSubscription(listener, call);
    call.start(request, subscription, 1);
    return subscription;
  }

  @Override
  public @Nullable Cursor cursor() {
    return cursor;
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  @Override
  public void close() {
    closed = true;
    call.cancel();
  }

  @Override
  public void onFrame(SubscribeResponse frame) {
    if (closed || failure != null) {
      return;
    }
    try {
      handle(frame);
      call.request(1);
    } catch (AetherException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new AetherException(Reason.CANCELLED, "the listener failed: " + e, Map.of(), e));
    }
  }

  private void fail(AetherException error) {
    failure = error;
    call.cancel();
  }

  private void handle(SubscribeResponse frame) {
    if (frame.hasEvents()) {
      handle(frame.getEvents());
      return;
    }
    for (SubscriptionSignal signal : Frames.signals(frame)) {
      handle(signal);
    }
  }

  private void handle(SubscriptionEvents frame) {
    Cursor after = Frames.optionalCursor(frame);
    List<Commit> commits = Frames.commits(frame);
    List<EventStored> stored = Frames.stored(frame);
    if (!commits.isEmpty()) {
      listener.onCommits(commits, after);
    } else if (!stored.isEmpty()) {
      listener.onStoredEvents(stored, after);
    } else if (after != null) {
      listener.onCursor(after);
    }
    moved(after);
  }

  private void handle(SubscriptionSignal signal) {
    if (signal instanceof SubscriptionSignal.Started started) {
      listener.onStarted(started.nodeId(), started.cursor());
      moved(started.cursor());
    } else if (signal instanceof SubscriptionSignal.CaughtUp caughtUp) {
      listener.onCaughtUp(caughtUp.cursor());
      moved(caughtUp.cursor());
    } else if (signal instanceof SubscriptionSignal.Heartbeat heartbeat) {
      listener.onHeartbeat(heartbeat.cursor());
      moved(heartbeat.cursor());
    } else if (signal instanceof SubscriptionSignal.Corrupt corrupt) {
      listener.onCorrupt(corrupt.error(), corrupt.cursor());
      moved(corrupt.cursor());
    } else if (signal instanceof SubscriptionSignal.NamespaceDeleted deleted) {
      listener.onNamespaceDeleted(deleted.namespace());
    } else if (signal instanceof SubscriptionSignal.Broadcast broadcast) {
      listener.onBroadcast(broadcast.namespace(), broadcast.event());
    }
  }

  private void moved(@Nullable Cursor to) {
    if (to != null) {
      cursor = to;
    }
  }

  @Override
  public void onEnd(@Nullable AetherException error) {
    AetherException why = failure;
    if (why == null && !closed) {
      why =
          error == null
              ? new ServerUnreachableException("the server ended the subscription", Map.of(), null)
              : error;
    }
    try {
      if (why == null) {
        listener.onClosed();
      } else {
        listener.onError(why);
      }
    } catch (RuntimeException e) {
      Logs.CLIENT.warn("a subscription listener failed at the end", e);
    }
    if (why == null) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(why);
    }
  }
}
