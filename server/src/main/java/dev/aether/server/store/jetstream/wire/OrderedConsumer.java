package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Backoff;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsJetStreamMetaData;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An ordered consumer: follows a stream without loss. JetStream numbers the messages that it
 * delivers. After a skipped number, a missing heartbeat or a lost JetStream consumer, a new
 * consumer is created that starts with the last message passed on. If another message now has that
 * sequence, the stream has lost messages, and this consumer closes. (The ordered consumer of jnats
 * creates its consumers on the thread that delivers, and does not expose when JetStream last
 * responded.)
 *
 * <p>The handler is called by one thread at a time and must not block.
 *
 * <p>This class exceeds 300 lines because all its events change the same state, under one lock.
 */
public final class OrderedConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OrderedConsumer.class);

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  /** The JetStream consumer counts as lost after this long without a heartbeat. */
  private static final Duration SILENCE = HEARTBEAT.multipliedBy(3);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** JetStream deletes a consumer without a subscriber after this long. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

  private static final String STALLED = "Nats-Consumer-Stalled";
  private static final String LAST_DELIVERED = "Nats-Last-Consumer";
  private static final int HEARTBEAT_STATUS = 100;

  private final Connection connection;
  private final Dispatcher dispatcher;
  private final JetStreamApi api;
  private final Timers timers;
  private final String stream;
  private final Consumer<StoredMessage> handler;
  private final Runnable onLost;
  private final Consumer<OrderedConsumer> onClose;

  /** The last message passed on. Guarded by this, like all fields below. */
  private Mark position;

  private long delivered;
  private @Nullable Subscription subscription;
  private String consumer = "";

  /** When something last arrived from this stream. Written under the lock. */
  private volatile long receivedAt = System.nanoTime();

  /** When something last arrived, or when the JetStream consumer was created. */
  private long activeAt = System.nanoTime();

  private boolean closed;
  private final Backoff backoff = Backoff.from(FIRST_PAUSE, LONGEST_PAUSE);

  /** A failure to create the consumer is retried. */
  private final CatchAll guard =
      new CatchAll("creating a consumer", thrown -> restart("creating it failed: " + thrown));

  private @Nullable ScheduledFuture<?> watch;

  /**
   * @param dispatcher calls the handler on its thread; shared with other consumers
   * @param after the message after which to start
   * @param onLost called like the handler if another message has the sequence of the last message
   *     passed on; no messages follow
   * @param onClose called once this consumer is closed
   */
  public OrderedConsumer(
      Connection connection,
      Dispatcher dispatcher,
      JetStreamApi api,
      Timers timers,
      String stream,
      Mark after,
      Consumer<StoredMessage> handler,
      Runnable onLost,
      Consumer<OrderedConsumer> onClose) {
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.api = api;
    this.timers = timers;
    this.stream = stream;
    this.position = after;
    this.handler = handler;
    this.onLost = onLost;
    this.onClose = onClose;
  }

  /** Starts following the stream; does not block. */
  public synchronized OrderedConsumer start() {
    watch = timers.every(HEARTBEAT, this::checkHeartbeat);
    create();
    return this;
  }

  /** The sequence of the last message passed on. */
  public synchronized long position() {
    return position.position();
  }

  /** The time since something last arrived from this stream, including heartbeats. */
  public Duration silence() {
    return Duration.ofNanos(System.nanoTime() - receivedAt);
  }

  /** Replaces the JetStream consumer after a pause: messages are known to be missing. */
  synchronized void restart(String why) {
    if (closed) {
      return;
    }
    restart(why, backoff.next());
  }

  private void restart(String why, Duration pause) {
    LOG.debug("restarting the consumer of {} after {}: {}", stream, position.position(), why);
    drop();
    timers.after(pause, guard.of(this::create));
  }

  /** Replaces the JetStream consumer at once: it is likely to work now. */
  synchronized void restartNow(String why) {
    if (closed) {
      return;
    }
    backoff.reset();
    restart(why, Duration.ZERO);
  }

  private synchronized void create() {
    if (closed || subscription != null) {
      return;
    }
    delivered = 0;
    String inbox = connection.createInbox();
    Subscription created;
    try {
      created = dispatcher.subscribe(inbox, this::onMessage);
    } catch (IllegalStateException e) {
      restart(String.valueOf(e.getMessage()));
      return;
    }
    subscription = created;
    ConsumerConfiguration config =
        ConsumerConfiguration.builder()
            .deliverSubject(inbox)
            .deliverPolicy(DeliverPolicy.ByStartSequence)
            .startSequence(position.isVerifiable() ? position.position() : position.position() + 1)
            .ackPolicy(AckPolicy.None)
            .maxDeliver(1)
            .flowControl(HEARTBEAT)
            .inactiveThreshold(FORGOTTEN_AFTER)
            .numReplicas(1)
            .memStorage(true)
            .build();
    String request = "{\"stream_name\":\"" + stream + "\",\"config\":" + config.toJson() + "}";
    api.consumer("CONSUMER.CREATE." + stream, request)
        .whenComplete(guard.of((reply, thrown) -> onCreated(created, reply, thrown)));
  }

  private synchronized void onCreated(
      Subscription created, @Nullable Message reply, @Nullable Throwable thrown) {
    if (created != subscription) {
      return;
    }
    if (thrown != null || reply == null) {
      restart("no consumer: " + thrown);
      return;
    }
    ConsumerInfo info = new ConsumerInfo(reply);
    if (info.hasError()) {
      restart("no consumer: " + info.getDescription());
    } else {
      consumer = info.getName();
      activeAt = System.nanoTime();
    }
  }

  private synchronized void onMessage(Message message) {
    Subscription current = subscription;
    if (closed || current == null || message.getSubscription() != current) {
      return;
    }
    receivedAt = System.nanoTime();
    activeAt = receivedAt;
    if (message.isStatusMessage()) {
      onStatus(message);
      return;
    }
    NatsJetStreamMetaData meta = message.metaData();
    if (meta.consumerSequence() != delivered + 1) {
      restart("message " + meta.consumerSequence() + " followed " + delivered);
      return;
    }
    delivered++;
    Instant storedAt = meta.timestamp().toInstant();
    Mark mark = Mark.of(meta.streamSequence(), storedAt);
    if (mark.contradicts(position)) {
      LOG.debug(
          "{} has a different message at {} than the one that was delivered",
          stream,
          mark.position());
      close();
      onLost.run();
      return;
    }
    if (mark.position() <= position.position()) {
      return;
    }
    Headers headers = message.getHeaders();
    StoredMessage stored =
        new StoredMessage(
            mark.position(),
            message.getSubject(),
            storedAt,
            headers == null ? null : headers.getFirst(CommitHeader.NAME),
            message.getData());
    try {
      handler.accept(stored);
    } catch (RuntimeException | Error e) {
      // jnats would only report the exception, and the message would be skipped.
      LOG.error(
          "message {} of {} could not be processed and will be read again",
          stored.sequence(),
          stream,
          e);
      restart("a message could not be processed");
      return;
    }
    position = mark;
    backoff.reset();
  }

  private void onStatus(Message message) {
    if (message.getStatus().getCode() != HEARTBEAT_STATUS) {
      restart(message.getStatus().getMessageWithCode());
      return;
    }
    if (message.getReplyTo() != null) {
      resume(message.getReplyTo());
      return;
    }
    Headers headers = message.getHeaders();
    if (headers == null) {
      return;
    }
    String stalled = headers.getFirst(STALLED);
    if (stalled != null) {
      resume(stalled);
    }
    String last = headers.getFirst(LAST_DELIVERED);
    if (last != null && Long.parseLong(last) > delivered) {
      restart("message " + last + " was sent, " + delivered + " came");
    }
  }

  /** Responds to a flow control request. */
  private void resume(String subject) {
    try {
      connection.publish(subject, null);
    } catch (IllegalStateException e) {
      restart(String.valueOf(e.getMessage()));
    }
  }

  private synchronized void checkHeartbeat() {
    if (!consumer.isEmpty() && System.nanoTime() - activeAt > SILENCE.toNanos()) {
      restart("missing heartbeat");
    }
  }

  private void drop() {
    Subscription dropped = subscription;
    subscription = null;
    if (dropped != null && connection.getStatus() != Connection.Status.CLOSED) {
      dispatcher.unsubscribe(dropped);
    }
    if (!consumer.isEmpty()) {
      var unused = api.consumer("CONSUMER.DELETE." + stream + "." + consumer, "");
      consumer = "";
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    onClose.accept(this);
    drop();
    ScheduledFuture<?> running = watch;
    if (running != null) {
      running.cancel(false);
    }
  }
}
