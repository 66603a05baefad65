package dev.aether.server.store.jetstream.broadcast;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Action;
import dev.aether.server.store.jetstream.wire.RefusedSubjects;
import dev.aether.v1.Broadcast;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Broadcasts over core NATS. This node has one subscription for the broadcasts of all namespaces,
 * on a thread of its own. A node receives its own broadcasts like everyone else's. Once its own
 * broadcast arrives, NATS has accepted it, and the publisher gets its response. So nothing is
 * acknowledged that is only in a queue or a socket of a failing connection, and no extra message is
 * needed.
 */
public final class NatsBroadcasts implements Broadcasts, AutoCloseable {
  /** The header by which a node recognises its own broadcasts. */
  private static final String PUBLISHER = "Aether-Publisher";

  /** A broadcast that does not arrive within this time may be lost, or may still arrive. */
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(2);

  /** How often a node tries to receive broadcasts that NATS does not let it receive. */
  private static final Duration SUBSCRIBE_AGAIN = Duration.ofSeconds(5);

  /** The limit of received broadcasts that jnats queues; it drops and reports further ones. */
  private static final int MAX_UNHANDLED = 8192;

  private static final long MAX_UNHANDLED_BYTES = 32L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_UNHANDLED = 16;

  private final Connection connection;
  private final Timers timers;
  private final int maxBytes;
  private final String self;
  private final AtomicLong number = new AtomicLong();
  private final Dispatcher dispatcher;
  private final ScheduledFuture<?> watch;

  /** Changed only by the timer. */
  private Subscription subscription;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /**
   * Broadcasts of this node that have not arrived yet, each for at most {@link #CONFIRM_TIMEOUT}.
   */
  private final Map<String, CompletableFuture<@Nullable Void>> unconfirmed =
      new ConcurrentHashMap<>();

  /**
   * @param maxBytes the largest encoded broadcast
   */
  public NatsBroadcasts(Connection connection, Timers timers, int maxBytes) {
    this.connection = connection;
    this.timers = timers;
    this.maxBytes = maxBytes;
    // An inbox is a unique name.
    self = connection.createInbox();
    dispatcher = connection.createDispatcher();
    dispatcher.setPendingLimits(
        MAX_UNHANDLED,
        Math.min(MAX_UNHANDLED_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_UNHANDLED));
    subscription = subscribe();
    watch = timers.every(SUBSCRIBE_AGAIN, this::subscribeIfRefused);
  }

  private Subscription subscribe() {
    return dispatcher.subscribe(SubjectCodec.ALL_BROADCASTS, this::onMessage);
  }

  /** NATS ends the subscription if the permission for it is withdrawn. */
  private void subscribeIfRefused() {
    if (isRefused() && connection.getStatus() == Connection.Status.CONNECTED) {
      dispatcher.unsubscribe(subscription);
      subscription = subscribe();
    }
  }

  private boolean isRefused() {
    return RefusedSubjects.isRefused(connection, Action.SUBSCRIBE, SubjectCodec.ALL_BROADCASTS);
  }

  @Override
  public int maxBytes() {
    return maxBytes;
  }

  @Override
  public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
    int size = broadcast.getSerializedSize();
    if (size > maxBytes) {
      return CompletableFuture.failedFuture(StoreException.broadcastTooLarge(maxBytes, size));
    }
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return unavailable("not connected to NATS (status " + connection.getStatus() + ")");
    }
    Namespace namespace = new Namespace(broadcast.getNamespace());
    String id = self + '.' + number.incrementAndGet();
    CompletableFuture<@Nullable Void> confirmed = awaited(id, namespace, deadline);
    try {
      connection.publish(
          SubjectCodec.broadcastSubject(namespace),
          new Headers().put(PUBLISHER, id),
          broadcast.toByteArray());
    } catch (IllegalStateException e) {
      // NatsConnector buffers nothing for a later connection, so this broadcast was not sent.
      confirmed.cancel(false);
      return unavailable(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // This NATS server has a smaller limit than the first one that this node connected to.
      confirmed.cancel(false);
      return CompletableFuture.failedFuture(
          StoreException.broadcastTooLarge(connection.getMaxPayload(), size));
    }
    return confirmed;
  }

  private static CompletableFuture<@Nullable Void> unavailable(String why) {
    return CompletableFuture.failedFuture(StoreException.storeUnavailable(why));
  }

  private CompletableFuture<@Nullable Void> awaited(String id, Namespace namespace, long deadline) {
    CompletableFuture<@Nullable Void> confirmed = new CompletableFuture<>();
    unconfirmed.put(id, confirmed);
    long giveUpAt = System.nanoTime() + CONFIRM_TIMEOUT.toNanos();
    Future<?> timeout =
        timers.at(
            deadline - giveUpAt < 0 ? deadline : giveUpAt,
            () ->
                confirmed.completeExceptionally(
                    StoreException.outcomeUnknown(namespace, whyUnconfirmed(namespace))));
    confirmed.whenComplete(
        (done, thrown) -> {
          unconfirmed.remove(id);
          timeout.cancel(false);
        });
    return confirmed;
  }

  private String whyUnconfirmed(Namespace namespace) {
    return isRefused()
        ? "NATS does not let this node's user subscribe to " + SubjectCodec.ALL_BROADCASTS
        : RefusedSubjects.why(connection, SubjectCodec.broadcastSubject(namespace))
            .orElse("NATS did not confirm the broadcast in time");
  }

  private void onMessage(Message message) {
    try {
      deliver(message);
    } finally {
      Headers headers = message.getHeaders();
      String id = headers == null ? null : headers.getFirst(PUBLISHER);
      CompletableFuture<@Nullable Void> confirmed = id == null ? null : unconfirmed.get(id);
      if (confirmed != null) {
        confirmed.complete(null);
      }
    }
  }

  /**
   * Passes a broadcast on. Anyone who may publish to NATS can have sent it, so a message that no
   * node would send is dropped. A node that starts sends an empty one, to see whether it may.
   */
  private void deliver(Message message) {
    if (message.getData().length == 0) {
      return;
    }
    if (message.getData().length > Limits.COMMIT_BYTES) {
      unreadable(message, "is too large");
      return;
    }
    Broadcast broadcast;
    try {
      broadcast = Broadcast.parseFrom(message.getData());
    } catch (InvalidProtocolBufferException e) {
      unreadable(message, "is not a broadcast: " + e.getMessage());
      return;
    }
    if (Namespace.violation(broadcast.getNamespace()).isPresent()) {
      unreadable(message, "names no namespace");
    } else if (!isOfItsSubject(broadcast, message)) {
      unreadable(message, "names another namespace");
    } else if (!Timestamps.isValid(broadcast.getEvent().getTimestamp())) {
      unreadable(message, "has an impossible time");
    } else {
      listeners.forEach(listener -> listener.onBroadcast(broadcast));
    }
  }

  private static boolean isOfItsSubject(Broadcast broadcast, Message message) {
    return message
        .getSubject()
        .equals(SubjectCodec.broadcastSubject(new Namespace(broadcast.getNamespace())));
  }

  private void unreadable(Message message, String why) {
    listeners.forEach(listener -> listener.onUnreadable("on " + message.getSubject() + " " + why));
  }

  @Override
  public Listening listen(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Stops receiving broadcasts. No publish may be running. */
  @Override
  public void close() {
    watch.cancel(false);
    if (connection.getStatus() != Connection.Status.CLOSED) {
      connection.closeDispatcher(dispatcher);
    }
  }
}
