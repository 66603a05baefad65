package dev.aether.client.internal.subscriptions;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.LogSignal;
import dev.aether.client.Reason;
import dev.aether.client.ReplayError;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionState;
import dev.aether.client.SubscriptionStatus;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.reads.FrameFlow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that hands the signals of each frame to a listener. The next frame is requested
 * when the listener has returned.
 */
public final class ListenerSubscription
    implements Subscription, FrameFlow.Receiver<List<SubscriptionSignal>> {
  private static final long LAG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final BooleanSupplier clientClosed;
  private final SubscriptionListener listener;
  private final FrameFlow<List<SubscriptionSignal>> flow;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private volatile @Nullable Cursor cursor;
  private volatile boolean closed;
  private volatile long receivedNanos = System.nanoTime();
  private volatile String nodeId = "";
  private volatile boolean connected;
  private volatile boolean caughtUp;
  private volatile @Nullable Duration behind;

  // Used by the callbacks, one after the other.
  private final List<Commit> commits = new ArrayList<>();
  private final List<EventStored> notices = new ArrayList<>();
  private @Nullable ReplayError corrupt;
  private @Nullable AetherException failure;
  private long reportedLagNanos = System.nanoTime() - LAG_EVERY_NANOS;

  private ListenerSubscription(
      SubscriptionListener listener,
      FrameFlow<List<SubscriptionSignal>> flow,
      BooleanSupplier clientClosed) {
    this.listener = listener;
    this.flow = flow;
    this.clientClosed = clientClosed;
  }

  public static Subscription start(
      FrameFlow<List<SubscriptionSignal>> flow,
      SubscriptionListener listener,
      BooleanSupplier clientClosed) {
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
        nodeId, connected, caughtUp, Duration.ofNanos(System.nanoTime() - receivedNanos), behind);
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
  public void onFrame(List<SubscriptionSignal> frame) {
    if (closed || failure != null) {
      return;
    }
    try {
      if (frame.stream().noneMatch(ListenerSubscription::isLost)) {
        receivedNanos = System.nanoTime();
      }
      frame.forEach(this::handle);
      deliverEvents(null);
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

  /** Handles a signal, unless a callback before it has closed the subscription. */
  private void handle(SubscriptionSignal signal) {
    if (closed) {
      return;
    }
    if (signal instanceof LogSignal.Committed committed) {
      commits.add(committed.commit());
    } else if (signal instanceof SubscriptionSignal.Stored stored) {
      notices.add(stored.event());
    } else if (signal instanceof LogSignal.CursorMoved moved) {
      deliverEvents(moved.cursor());
    } else if (signal instanceof SubscriptionSignal.Started started) {
      changeState(new SubscriptionState.Connected(started.nodeId(), false));
      if (!closed) {
        listener.onStarted(started.nodeId(), started.cursor());
        cursor = started.cursor();
      }
    } else if (signal instanceof SubscriptionSignal.CaughtUp caught) {
      changeState(new SubscriptionState.CaughtUp());
      if (!closed) {
        listener.onCaughtUp(caught.cursor());
        cursor = caught.cursor();
      }
    } else if (signal instanceof SubscriptionSignal.Heartbeat heartbeat) {
      listener.onHeartbeat(heartbeat.cursor());
      cursor = heartbeat.cursor();
      reportLag(Duration.ZERO);
    } else if (signal instanceof LogSignal.Corrupt record) {
      corrupt = record.error();
    } else if (signal instanceof SubscriptionSignal.NamespaceDeleted deleted) {
      listener.onNamespaceDeleted(deleted.namespace());
    } else if (signal instanceof SubscriptionSignal.Broadcast broadcast) {
      listener.onBroadcast(broadcast.namespace(), broadcast.event());
    } else if (signal instanceof SubscriptionSignal.StateChanged changed) {
      changeState(changed.state());
    }
  }

  private static boolean isLost(SubscriptionSignal signal) {
    return signal instanceof SubscriptionSignal.StateChanged changed
        && changed.state() instanceof SubscriptionState.Lost;
  }

  /** Delivers the events or the error of a frame, with the cursor after them if known. */
  private void deliverEvents(@Nullable Cursor after) {
    if (closed) {
      return;
    }
    ReplayError error = corrupt;
    if (error != null && after != null) {
      corrupt = null;
      listener.onCorrupt(error, after);
    } else if (!commits.isEmpty()) {
      List<Commit> batch = List.copyOf(commits);
      commits.clear();
      listener.onCommits(batch, after);
      reportAge(batch.get(batch.size() - 1).storedAt());
    } else if (!notices.isEmpty()) {
      List<EventStored> batch = List.copyOf(notices);
      notices.clear();
      listener.onStoredEvents(batch, after);
    } else if (after != null) {
      listener.onCursor(after);
    }
    if (after != null) {
      cursor = after;
    }
  }

  private void changeState(SubscriptionState state) {
    if (state instanceof SubscriptionState.Connected now) {
      connected = true;
      nodeId = now.nodeId();
    } else if (state instanceof SubscriptionState.CaughtUp) {
      caughtUp = true;
    } else if (state instanceof SubscriptionState.Lost) {
      connected = false;
      caughtUp = false;
    }
    listener.onState(state);
  }

  private void reportAge(Instant storedAt) {
    Duration age = Duration.between(storedAt, Instant.now());
    reportLag(age.isNegative() ? Duration.ZERO : age);
  }

  private void reportLag(Duration lag) {
    behind = lag;
    if (!closed && System.nanoTime() - reportedLagNanos >= LAG_EVERY_NANOS) {
      reportedLagNanos = System.nanoTime();
      listener.onState(new SubscriptionState.Lag(lag));
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
    } catch (RuntimeException | Error e) {
      Logs.CLIENT.warn("a subscription listener failed in its last callback", e);
    }
    if (why == null) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(why);
    }
  }
}
