package dev.aether.client.internal.subscriptions;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.Reason;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionState;
import dev.aether.client.SubscriptionStatus;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.reads.FrameFlow;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscriptionEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A subscription that calls a listener, one frame after the other. */
public final class ListenerSubscription implements Subscription, FrameFlow.Receiver<Arrival> {
  private static final long LAG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final BooleanSupplier clientClosed;
  private final SubscriptionListener listener;
  private final FrameFlow<Arrival> flow;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable Cursor cursor;
  private volatile boolean closed;
  private volatile long heardNanos = System.nanoTime();
  private volatile String nodeId = "";
  private volatile boolean connected;
  private volatile boolean caughtUp;
  private volatile @Nullable Duration behind;

  // Used by the callbacks, one after the other.
  private @Nullable AetherException failure;
  private long toldLagNanos = System.nanoTime() - LAG_EVERY_NANOS;

  private ListenerSubscription(
      SubscriptionListener listener, FrameFlow<Arrival> flow, BooleanSupplier clientClosed) {
    this.listener = listener;
    this.flow = flow;
    this.clientClosed = clientClosed;
  }

  public static Subscription start(
      FrameFlow<Arrival> flow, SubscriptionListener listener, BooleanSupplier clientClosed) {
    ListenerSubscription subscription = new ListenerSubscription(listener, flow, clientClosed);
    flow.start(subscription, 1);
    return subscription;
  }

  @Override
  public @Nullable Cursor cursor() {
    return cursor;
  }

  @Override
  public SubscriptionStatus status() {
    return new SubscriptionStatus(
        nodeId, connected, caughtUp, Duration.ofNanos(System.nanoTime() - heardNanos), behind);
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  @Override
  public void close() {
    closed = true;
    flow.cancel();
  }

  @Override
  public void onFrame(Arrival arrival) {
    if (closed || failure != null) {
      return;
    }
    try {
      if (arrival instanceof Arrival.Frame frame) {
        heardNanos = System.nanoTime();
        handle(frame.frame(), frame.again());
      } else if (arrival instanceof Arrival.Lost lost) {
        connected = false;
        caughtUp = false;
        listener.onState(lost.state());
      }
      flow.request(1);
    } catch (AetherException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(new AetherException(Reason.CANCELLED, "the listener failed: " + e, Map.of(), e));
    }
  }

  private void fail(AetherException error) {
    failure = error;
    flow.cancel();
  }

  private void handle(SubscribeResponse frame, boolean again) {
    if (frame.hasEvents()) {
      handle(frame.getEvents());
      return;
    }
    for (SubscriptionSignal signal : SubscriptionMessages.signals(frame)) {
      handle(signal, again);
    }
  }

  private void handle(SubscriptionEvents frame) {
    Cursor after = SubscriptionMessages.optionalCursor(frame);
    List<Commit> commits = SubscriptionMessages.commits(frame);
    List<EventStored> stored = SubscriptionMessages.stored(frame);
    if (!commits.isEmpty()) {
      listener.onCommits(commits, after);
      age(commits.get(commits.size() - 1).storedAt());
    } else if (!stored.isEmpty()) {
      listener.onStoredEvents(stored, after);
    } else if (after != null) {
      listener.onCursor(after);
    }
    moved(after);
  }

  private void handle(SubscriptionSignal signal, boolean again) {
    if (signal instanceof SubscriptionSignal.Started started) {
      connected = true;
      nodeId = started.nodeId();
      listener.onState(new SubscriptionState.Connected(started.nodeId(), again));
      if (!again) {
        listener.onStarted(started.nodeId(), started.cursor());
      }
      moved(started.cursor());
    } else if (signal instanceof SubscriptionSignal.CaughtUp caught) {
      caughtUp = true;
      listener.onState(new SubscriptionState.CaughtUp());
      if (!again) {
        listener.onCaughtUp(caught.cursor());
      }
      moved(caught.cursor());
    } else if (signal instanceof SubscriptionSignal.Heartbeat heartbeat) {
      listener.onHeartbeat(heartbeat.cursor());
      moved(heartbeat.cursor());
      lag(Duration.ZERO);
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

  private void age(Instant storedAt) {
    Duration age = Duration.between(storedAt, Instant.now());
    lag(age.isNegative() ? Duration.ZERO : age);
  }

  private void lag(Duration now) {
    behind = now;
    if (System.nanoTime() - toldLagNanos >= LAG_EVERY_NANOS) {
      toldLagNanos = System.nanoTime();
      listener.onState(new SubscriptionState.Lag(now));
    }
  }

  @Override
  public void onEnd(@Nullable AetherException error) {
    AetherException why = failure;
    if (why == null && !closed && !clientClosed.getAsBoolean()) {
      why =
          error == null
              ? new ServerUnreachableException("the server ended the subscription", Map.of(), null)
              : error;
    }
    connected = false;
    try {
      listener.onState(new SubscriptionState.Ended(why));
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
