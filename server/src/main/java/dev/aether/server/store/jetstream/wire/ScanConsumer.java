package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.ConsumerInfo;
import io.nats.client.api.DeliverPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a long part of a stream with a JetStream consumer, in pages, each requested while the one
 * before it is used. For a message that a consumer delivers, nats-server (2.15.1) needs a fifth of
 * the time that it needs in a batch of direct gets, where it adds six headers to each message.
 *
 * <p>It ends at the first irregularity, such as a missing sequence: the reader then continues with
 * direct gets, which tell what is wrong. Thread-safe, but used by one reader at a time.
 */
public final class ScanConsumer implements AutoCloseable {
  private static final int PAGE_MESSAGES = 1000;
  private static final int PAGE_BYTES = 1024 * 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** JetStream deletes a consumer that nobody uses after this long. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

  private final Connection connection;
  private final Dispatcher dispatcher;
  private final JetStreamApi api;
  private final Timers timers;
  private final Executor executor;
  private final String stream;
  private final String inbox;
  private final Consumer<ScanConsumer> onClose;

  /** The last message that was received. Guarded by this, like the fields below. */
  private Mark end;

  /** Whether the first message, which is that of the mark, has been received. */
  private boolean verified;

  private long delivered;
  private @Nullable Subscription subscription;
  private String consumer = "";

  /** What was received and not taken. */
  private List<StoredMessage> rest = List.of();

  /** The page that is requested. Its future completes, perhaps without messages, when it ends. */
  private List<StoredMessage> page = new ArrayList<>();

  private @Nullable CompletableFuture<@Nullable Void> pageEnd = new CompletableFuture<>();
  private int left = PAGE_MESSAGES;

  /** Where the responses to the request for the page go; other requests have other subjects. */
  private String replies = "";

  private long requests;
  private @Nullable ScheduledFuture<?> timeout;
  private boolean ended;
  private boolean closed;

  /**
   * @param after the message after which to start; must be verifiable
   * @param executor completes the futures
   * @param onClose called once this consumer is closed
   */
  ScanConsumer(
      Connection connection,
      Dispatcher dispatcher,
      JetStreamApi api,
      Timers timers,
      Executor executor,
      String stream,
      Mark after,
      Consumer<ScanConsumer> onClose) {
    this.connection = connection;
    this.dispatcher = dispatcher;
    this.api = api;
    this.timers = timers;
    this.executor = executor;
    this.stream = stream;
    this.inbox = connection.createInbox() + ".";
    this.end = after;
    this.onClose = onClose;
  }

  /** Creates the JetStream consumer and requests the first page; does not block. */
  synchronized ScanConsumer start() {
    try {
      subscription = dispatcher.subscribe(inbox + "*", this::onMessage);
    } catch (IllegalStateException e) {
      endPage(true);
      return this;
    }
    ConsumerConfiguration config =
        ConsumerConfiguration.builder()
            .deliverPolicy(DeliverPolicy.ByStartSequence)
            .startSequence(end.position())
            .ackPolicy(AckPolicy.None)
            .inactiveThreshold(FORGOTTEN_AFTER)
            .numReplicas(1)
            .memStorage(true)
            .build();
    String request = "{\"stream_name\":\"" + stream + "\",\"config\":" + config.toJson() + "}";
    CatchAll guard = new CatchAll("creating a consumer for a scan", thrown -> endPage(true));
    api.consumer("CONSUMER.CREATE." + stream, request).whenComplete(guard.of(this::onCreated));
    return this;
  }

  private synchronized void onCreated(@Nullable Message reply, @Nullable Throwable thrown) {
    ConsumerInfo info = reply == null ? null : new ConsumerInfo(reply);
    if (info == null || info.hasError()) {
      endPage(true);
      return;
    }
    consumer = info.getName();
    if (closed) {
      delete();
    } else {
      request();
    }
  }

  private void request() {
    String query =
        String.format(
            Locale.ROOT,
            "{\"batch\":%d,\"max_bytes\":%d,\"no_wait\":true}",
            PAGE_MESSAGES,
            PAGE_BYTES);
    CompletableFuture<@Nullable Void> requested = pageEnd;
    replies = inbox + ++requests;
    timeout =
        timers.after(
            ANSWER_WITHIN,
            () -> {
              synchronized (this) {
                if (pageEnd == requested) {
                  endPage(true);
                }
              }
            });
    try {
      connection.publish(
          "$JS.API.CONSUMER.MSG.NEXT." + stream + "." + consumer,
          replies,
          query.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalStateException e) {
      endPage(true);
    }
  }

  private synchronized void onMessage(Message message) {
    if (ended || pageEnd == null) {
      return;
    }
    if (message.isStatusMessage()) {
      // The end of the stream, or of the page because it is large enough. A status may also come
      // after the last message of an earlier page.
      if (message.getSubject().equals(replies)) {
        endPage(page.isEmpty());
      }
      return;
    }
    DeliveredMessage next = DeliveredMessage.of(message);
    StoredMessage stored = next.stored();
    boolean first = !verified && stored.sequence() == end.position();
    if (next.delivery() != delivered + 1
        || (first ? stored.mark().contradicts(end) : !verified || isGap(stored))) {
      endPage(true);
      return;
    }
    delivered++;
    verified = true;
    if (!first) {
      end = stored.mark();
      page.add(stored);
    }
    left--;
    if (left == 0) {
      endPage(false);
    }
  }

  private boolean isGap(StoredMessage next) {
    return next.sequence() != end.position() + 1;
  }

  /**
   * @param last whether no further page will be requested
   */
  private synchronized void endPage(boolean last) {
    ended |= last;
    ScheduledFuture<?> running = timeout;
    if (running != null) {
      running.cancel(false);
    }
    CompletableFuture<@Nullable Void> done = pageEnd;
    if (done != null) {
      pageEnd = null;
      executor.execute(() -> done.complete(null));
    }
  }

  /**
   * The next messages without a gap, up to a sequence: about {@code maxBytes}, but at least one,
   * unless this consumer has ended. Called again only after the future has completed.
   */
  public CompletableFuture<List<StoredMessage>> next(long upTo, int maxBytes) {
    CompletableFuture<@Nullable Void> arrival;
    synchronized (this) {
      if (!rest.isEmpty() || (pageEnd == null && page.isEmpty())) {
        return CompletableFuture.completedFuture(take(upTo, maxBytes));
      }
      arrival = pageEnd == null ? CompletableFuture.completedFuture(null) : pageEnd;
    }
    return arrival.thenApply(done -> take(upTo, maxBytes));
  }

  private synchronized List<StoredMessage> take(long upTo, int maxBytes) {
    if (closed) {
      return List.of();
    }
    if (rest.isEmpty()) {
      rest = page;
      page = new ArrayList<>();
      if (!ended) {
        left = PAGE_MESSAGES;
        pageEnd = new CompletableFuture<>();
        request();
      }
    }
    int count = 0;
    long bytes = 0;
    while (count < rest.size() && rest.get(count).sequence() <= upTo && bytes < maxBytes) {
      bytes += rest.get(count).body().length;
      count++;
    }
    List<StoredMessage> taken = rest.subList(0, count);
    rest = rest.subList(count, rest.size());
    return taken;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      rest = List.of();
      endPage(true);
      Subscription dropped = subscription;
      if (dropped != null && connection.getStatus() != Connection.Status.CLOSED) {
        dispatcher.unsubscribe(dropped);
      }
      delete();
    }
    onClose.accept(this);
  }

  private void delete() {
    if (!consumer.isEmpty()) {
      var unused = api.consumer("CONSUMER.DELETE." + stream + "." + consumer, "");
      consumer = "";
    }
  }
}
