package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Limits;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads many messages with one request: JetStream's batch direct get, which returns the messages
 * and then a status. Any replica may respond, so the result may be older than the leader's. It
 * never has gaps: each message names its predecessor in the batch, and everything after a message
 * that was lost in transit is dropped. To bound the buffered data, at most {@link #MAX_AT_ONCE}
 * requests run concurrently, and others wait in a queue. Thread-safe.
 */
public final class BatchReader implements AutoCloseable {
  /** The batch limit of JetStream. */
  public static final int MAX_MESSAGES = 1000;

  private static final int MAX_AT_ONCE = 16;
  private static final int MAX_WAITING = 4096;
  private static final int PAGE_BYTES = 4 * 1024 * 1024;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

  /** There is no message, or no further one. */
  private static final int END_OF_BATCH = 204;

  private static final int NOT_FOUND = 404;

  /** The previous message of the batch, or the last one at its end; 0: none. */
  private static final String LAST_SEQUENCE = "Nats-Last-Sequence";

  /** The sequence up to which the replica looked for last messages. */
  private static final String UP_TO_SEQUENCE = "Nats-UpTo-Sequence";

  private final ReadConnections connections;

  /** For each connection, what precedes the token in the subject of a response. */
  private final Map<Connection, String> inboxes = new HashMap<>();

  private final Timers timers;
  private final Executor executor;
  private final AtomicLong tokens = new AtomicLong();
  private final Map<String, Batch> running = new ConcurrentHashMap<>();
  private final Deque<Batch> waiting = new ArrayDeque<>();
  private int free = MAX_AT_ONCE;

  /**
   * @param executor completes the futures
   */
  public BatchReader(ReadConnections connections, Timers timers, Executor executor) {
    this.connections = connections;
    this.timers = timers;
    this.executor = executor;
    for (Connection connection : connections.all()) {
      String inbox = connection.createInbox() + ".";
      Dispatcher dispatcher = connection.createDispatcher(this::onMessage);
      dispatcher.setPendingLimits(
          MAX_AT_ONCE * (MAX_MESSAGES + 1),
          MAX_AT_ONCE * (PAGE_BYTES + (long) Limits.COMMIT_BYTES));
      dispatcher.subscribe(inbox + "*");
      inboxes.put(connection, inbox);
    }
  }

  /**
   * Reads matching messages from a sequence on, oldest first; empty if this replica has none.
   * Returns at least one message if there is one, however small {@code maxBytes} is.
   */
  public CompletableFuture<List<StoredMessage>> get(
      LogStream stream, long from, String subjects, int maxMessages, int maxBytes) {
    CompletableFuture<List<StoredMessage>> got = ask(stream, from, subjects, maxMessages, maxBytes);
    return !stream.hasFollowers() ? got : JetStreamErrors.orIfUnavailable(got, List.of());
  }

  /**
   * The last messages of subjects, which must not contain wildcards.
   *
   * @param messages as many as fit a page; empty if this replica has none
   * @param upTo the last sequence that the replica had; 0: not reported
   */
  public record Last(List<StoredMessage> messages, long upTo) {}

  /** Reads the last messages of up to a few hundred subjects from any replica. */
  public CompletableFuture<Last> last(LogStream stream, List<String> subjects) {
    String query =
        String.format(
            Locale.ROOT,
            "{\"multi_last\":[\"%s\"],\"max_bytes\":%d}",
            String.join("\",\"", subjects),
            PAGE_BYTES);
    Batch batch = new Batch("$JS.API.DIRECT.GET." + stream.name(), query);
    CompletableFuture<Last> got = ask(batch).thenApply(messages -> new Last(messages, batch.upTo));
    return !stream.hasFollowers()
        ? got
        : JetStreamErrors.orIfUnavailable(got, new Last(List.of(), 0));
  }

  private CompletableFuture<List<StoredMessage>> ask(
      LogStream stream, long from, String subjects, int maxMessages, int maxBytes) {
    String query =
        String.format(
            Locale.ROOT,
            "{\"seq\":%d,\"next_by_subj\":\"%s\",\"batch\":%d,\"max_bytes\":%d}",
            from,
            subjects,
            Math.min(maxMessages, MAX_MESSAGES),
            Math.max(1, Math.min(maxBytes, PAGE_BYTES)));
    return ask(new Batch("$JS.API.DIRECT.GET." + stream.name(), query));
  }

  private CompletableFuture<List<StoredMessage>> ask(Batch batch) {
    synchronized (waiting) {
      if (free == 0) {
        if (waiting.size() == MAX_WAITING) {
          return CompletableFuture.failedFuture(
              JetStreamFailure.notDelivered("too many reads are waiting on this node"));
        }
        waiting.add(batch);
        return batch.result;
      }
      free--;
    }
    if (!send(batch)) {
      sendNext();
    }
    return batch.result;
  }

  /** Sends a request. Returns false if that failed and the slot was released. */
  private boolean send(Batch batch) {
    AtomicBoolean sent = new AtomicBoolean();
    var unused =
        connections.send(
            connection -> {
              sent.set(send(batch, connection));
              return batch.ended;
            });
    return sent.get();
  }

  private boolean send(Batch batch, Connection connection) {
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return !settle(batch, JetStreamFailure.notDelivered("no connection to NATS"));
    }
    running.put(batch.token, batch);
    batch.timeout =
        timers.after(
            ANSWER_WITHIN,
            () ->
                end(
                    batch,
                    JetStreamFailure.noAnswer(
                        RefusedSubjects.why(connection, batch.subject)
                            .orElse("a read timed out"))));
    try {
      connection.publish(
          batch.subject,
          inboxes.get(connection) + batch.token,
          batch.query.getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (RuntimeException e) {
      return !settle(batch, JetStreamErrors.notSent(e));
    }
  }

  /** Gives a free slot to a waiting request. This is a loop because all of them may fail. */
  private void sendNext() {
    Batch next = nextWaiting();
    while (next != null && !send(next)) {
      next = nextWaiting();
    }
  }

  private @Nullable Batch nextWaiting() {
    synchronized (waiting) {
      Batch next = waiting.poll();
      if (next == null) {
        free++;
      }
      return next;
    }
  }

  private void onMessage(Message message) {
    Batch batch = running.get(token(message));
    if (batch == null) {
      return;
    }
    if (!message.isStatusMessage()) {
      add(batch, message);
      return;
    }
    int code = message.getStatus().getCode();
    batch.upTo = upTo(message);
    if (code == NOT_FOUND || (code == END_OF_BATCH && !isAllLost(batch, message))) {
      end(batch, null);
    } else if (code == END_OF_BATCH) {
      end(batch, JetStreamFailure.notDelivered("the response to a read was lost in transit"));
    } else {
      end(batch, JetStreamFailure.notDelivered(message.getStatus().getMessageWithCode()));
    }
  }

  private static String token(Message message) {
    return message.getSubject().substring(message.getSubject().lastIndexOf('.') + 1);
  }

  private static void add(Batch batch, Message message) {
    List<StoredMessage> messages = batch.messages;
    long before = messages.isEmpty() ? 0 : messages.get(messages.size() - 1).sequence();
    if (DirectMessage.before(message) == before) {
      messages.add(DirectMessage.of(message));
    }
  }

  private static long upTo(Message end) {
    Headers headers = end.getHeaders();
    String sequence = headers == null ? null : headers.getFirst(UP_TO_SEQUENCE);
    return sequence == null ? 0 : Long.parseLong(sequence);
  }

  /** Whether the batch had messages but none, or not the first, arrived. */
  private static boolean isAllLost(Batch batch, Message end) {
    Headers headers = end.getHeaders();
    String last = headers == null ? null : headers.getFirst(LAST_SEQUENCE);
    return batch.messages.isEmpty() && last != null && !last.equals("0");
  }

  private void end(Batch batch, @Nullable JetStreamFailure failure) {
    if (settle(batch, failure)) {
      sendNext();
    }
  }

  /** Completes a batch but keeps its slot. Returns false if it was already complete. */
  private boolean settle(Batch batch, @Nullable JetStreamFailure failure) {
    running.remove(batch.token);
    ScheduledFuture<?> timeout = batch.timeout;
    if (timeout != null) {
      timeout.cancel(false);
    }
    if (!batch.ended.complete(null)) {
      return false;
    }
    if (failure == null) {
      batch.result.completeAsync(() -> batch.messages, executor);
    } else {
      executor.execute(() -> batch.result.completeExceptionally(failure));
    }
    return true;
  }

  @Override
  public void close() {
    List<Batch> left = new ArrayList<>(running.values());
    synchronized (waiting) {
      left.addAll(waiting);
      waiting.clear();
    }
    left.forEach(batch -> end(batch, JetStreamFailure.notDelivered("closed")));
  }

  /** One request. Its messages are added on the dispatcher's thread, and none after its end. */
  private final class Batch {
    final String token = Long.toString(tokens.incrementAndGet(), Character.MAX_RADIX);
    final String subject;
    final String query;
    final List<StoredMessage> messages = new ArrayList<>();
    volatile long upTo;
    final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    volatile @Nullable ScheduledFuture<?> timeout;
    final CompletableFuture<List<StoredMessage>> result = new CompletableFuture<>();

    Batch(String subject, String query) {
      this.subject = subject;
      this.query = query;
    }
  }
}
