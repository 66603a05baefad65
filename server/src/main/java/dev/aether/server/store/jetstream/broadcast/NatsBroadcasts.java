package dev.aether.server.store.jetstream.broadcast;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.v1.Broadcast;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Broadcasts over core NATS: one subscription of this node to those of all namespaces, on a thread
 * of its own. A node hears its own broadcasts as all others do; when one has come back NATS has
 * taken it, and that is when its publisher gets its answer. So nothing is acknowledged that waits
 * in a queue or a socket of a connection that breaks, and no message is sent for it.
 */
public final class NatsBroadcasts implements Broadcasts, AutoCloseable {
  /** By which a node knows its own. */
  private static final String PUBLISHER = "Aether-Publisher";

  /** One that was not heard of for so long may be lost, or may come yet. */
  private static final Duration HEARD_WITHIN = Duration.ofSeconds(2);

  /**
   * What jnats keeps of broadcasts that came and were not handed on yet; more it drops, and says.
   */
  private static final int MAX_UNHANDLED = 8192;

  private static final long MAX_UNHANDLED_BYTES = 32L * 1024 * 1024;
  private static final int HEAP_SHARE_OF_UNHANDLED = 16;

  private final Connection connection;
  private final Timers timers;
  private final int maxBytes;
  private final String self;
  private final AtomicLong number = new AtomicLong();
  private final Dispatcher dispatcher;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  /** Broadcasts of this node that have not come back, each for at most {@link #HEARD_WITHIN}. */
  private final Map<String, CompletableFuture<@Nullable Void>> unheard = new ConcurrentHashMap<>();

  /**
   * @param maxBytes of an encoded broadcast
   */
  public NatsBroadcasts(Connection connection, Timers timers, int maxBytes) {
    this.connection = connection;
    this.timers = timers;
    this.maxBytes = maxBytes;
    // An inbox is a name that nobody else has.
    self = connection.createInbox();
    dispatcher = connection.createDispatcher();
    dispatcher.setPendingLimits(
        MAX_UNHANDLED,
        Math.min(MAX_UNHANDLED_BYTES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_UNHANDLED));
    var unused = dispatcher.subscribe(SubjectCodec.ALL_BROADCASTS, this::onMessage);
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
    CompletableFuture<@Nullable Void> heard = awaited(id, namespace, deadline);
    try {
      connection.publish(
          SubjectCodec.broadcastSubject(namespace),
          new Headers().put(PUBLISHER, id),
          broadcast.toByteArray());
    } catch (IllegalStateException e) {
      // Nothing is kept for a connection to come (NatsConnector), so this one is gone.
      heard.cancel(false);
      return unavailable(String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException e) {
      // A NATS that takes less than the one this node met first.
      heard.cancel(false);
      return CompletableFuture.failedFuture(
          StoreException.broadcastTooLarge(connection.getMaxPayload(), size));
    }
    return heard;
  }

  private static CompletableFuture<@Nullable Void> unavailable(String why) {
    return CompletableFuture.failedFuture(StoreException.storeUnavailable(why));
  }

  private CompletableFuture<@Nullable Void> awaited(String id, Namespace namespace, long deadline) {
    CompletableFuture<@Nullable Void> heard = new CompletableFuture<>();
    unheard.put(id, heard);
    long giveUpAt = System.nanoTime() + HEARD_WITHIN.toNanos();
    Future<?> timeout =
        timers.at(
            deadline - giveUpAt < 0 ? deadline : giveUpAt,
            () ->
                heard.completeExceptionally(
                    StoreException.outcomeUnknown(
                        namespace, "NATS did not confirm the broadcast in time")));
    heard.whenComplete(
        (done, thrown) -> {
          unheard.remove(id);
          timeout.cancel(false);
        });
    return heard;
  }

  private void onMessage(Message message) {
    try {
      hand(message);
    } finally {
      Headers headers = message.getHeaders();
      String id = headers == null ? null : headers.getFirst(PUBLISHER);
      CompletableFuture<@Nullable Void> heard = id == null ? null : unheard.get(id);
      if (heard != null) {
        heard.complete(null);
      }
    }
  }

  /** Whoever may publish in NATS may have sent it: what no node would have sent goes no further. */
  private void hand(Message message) {
    if (message.getData().length > Limits.COMMIT_BYTES) {
      unreadable(message, "is too large");
      return;
    }
    Broadcast broadcast;
    try {
      broadcast = Broadcast.parseFrom(message.getData());
    } catch (InvalidProtocolBufferException e) {
      unreadable(message, "is no broadcast: " + e.getMessage());
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

  /** Takes no notice of broadcasts any more. Nobody may be publishing. */
  @Override
  public void close() {
    if (connection.getStatus() != Connection.Status.CLOSED) {
      connection.closeDispatcher(dispatcher);
    }
  }
}
