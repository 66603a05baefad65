package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to NATS, repeats reads that get no response, and turns errors into {@link
 * JetStreamFailure}s. Thread-safe.
 */
final class JetStreamRequests implements AutoCloseable {
  private static final String API = "$JS.API.";

  /**
   * The timeouts of a read and its repetitions. A stream that was just created, or whose leader has
   * just stopped, does not respond now but may respond a moment later.
   */
  private static final List<Duration> READ_TIMEOUTS =
      List.of(Duration.ofMillis(300), Duration.ofMillis(700), Duration.ofSeconds(2));

  /** The timeout of requests to JetStream's meta leader. */
  private static final Duration MANAGE_TIMEOUT = Duration.ofSeconds(5);

  /**
   * How many gets of single messages are in flight. If they wait for the disk, nats-server answers
   * each connection's one after another, and other reads behind them must not time out.
   */
  private static final int GETS = 64;

  private final ReadConnections reads;

  /** For everything but reads. */
  private final Line own;

  private final Map<Connection, Line> lines = new HashMap<>();

  /** Separate from consumers, since thousands of those may be created at once. */
  private final RequestLimiter streams = new RequestLimiter();

  private final RequestLimiter consumers = new RequestLimiter();
  private final RequestLimiter gets = new RequestLimiter(GETS);

  /** A connection of jnats, and the connections of event loops that depend on it. */
  private record Line(Connection jnats, PendingRequests pending, LoopConnections loops)
      implements AutoCloseable {
    static Line of(Connection jnats, boolean isForReads, Timers timers) {
      PendingRequests pending = new PendingRequests(jnats, timers);
      return new Line(
          jnats,
          pending,
          isForReads
              ? LoopConnections.forReads(jnats, pending)
              : LoopConnections.forPublishes(jnats, pending));
    }

    /** The connection of this thread, or else that of jnats. */
    Outlet outlet() {
      Outlet here = loops.current();
      return here == null ? pending : here;
    }

    @Override
    public void close() {
      loops.close();
      pending.close();
    }
  }

  /**
   * @param connection for everything but reads
   */
  JetStreamRequests(Connection connection, ReadConnections reads, Timers timers) {
    this.reads = reads;
    reads.all().forEach(each -> lines.put(each, Line.of(each, true, timers)));
    own = lines.computeIfAbsent(connection, each -> Line.of(each, false, timers));
  }

  /** Sends an API request that may be repeated, on any of the connections for reads. */
  CompletableFuture<Message> read(String verb, String query) {
    return read(Line::outlet, verb, query, 0);
  }

  /** The same, for a response that may be long. */
  CompletableFuture<Message> readLong(String verb, String query) {
    return read(Line::pending, verb, query, 0);
  }

  /** The same as {@link #read}, for one of many messages that are read at once. */
  CompletableFuture<Message> get(String verb, String query) {
    return gets.pass(() -> read(verb, query));
  }

  /** The attempts after the first are sent by jnats: an event loop takes no long response. */
  private CompletableFuture<Message> read(
      Function<Line, Outlet> by, String verb, String query, int attempt) {
    return send(by, verb, query, READ_TIMEOUTS.get(attempt))
        .exceptionallyCompose(
            thrown -> {
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              boolean retry =
                  failure.kind() == JetStreamFailure.Kind.NO_ANSWER
                      && attempt + 1 < READ_TIMEOUTS.size();
              return retry
                  ? read(Line::pending, verb, query, attempt + 1)
                  : CompletableFuture.failedFuture(failure);
            });
  }

  /** Sends a read once, whose response may be long. */
  CompletableFuture<Message> readLong(String verb, String query, Duration timeout) {
    return send(Line::pending, verb, query, timeout);
  }

  private CompletableFuture<Message> send(
      Function<Line, Outlet> by, String verb, String query, Duration timeout) {
    return reads.send(
        through -> {
          Line line = Objects.requireNonNull(lines.get(through), "a connection of this node");
          return api(line, by.apply(line), verb, query, timeout);
        });
  }

  /** Sends a request that concerns streams to the meta leader. */
  CompletableFuture<Message> manage(String verb, String body) {
    return streams.pass(() -> api(own, own.pending(), verb, body, MANAGE_TIMEOUT));
  }

  /** Sends a request that concerns consumers; the caller checks the response for an error. */
  CompletableFuture<Message> consumer(String verb, String body) {
    return consumers.pass(() -> api(own, own.pending(), verb, body, MANAGE_TIMEOUT));
  }

  private static CompletableFuture<Message> api(
      Line line, Outlet by, String verb, String query, Duration timeout) {
    byte[] body = query.getBytes(StandardCharsets.UTF_8);
    return send(line, by, API + verb, null, body, timeout, Function.identity());
  }

  /** Sends a publish, and reads its acknowledgement. */
  <T> CompletableFuture<T> send(
      String subject, Headers headers, byte[] body, Duration timeout, Function<Message, T> read) {
    return send(own, own.outlet(), subject, headers, body, timeout, read);
  }

  /** How many threads publish on a connection of their own. */
  int publishingThreads() {
    return own.loops().ready();
  }

  /** The task runs, on another thread, after an event loop lost a connection. */
  void addLossListener(Runnable task) {
    lines.values().forEach(line -> line.loops().addLossListener(task));
  }

  private static <T> CompletableFuture<T> send(
      Line line,
      Outlet by,
      String subject,
      @Nullable Headers headers,
      byte[] body,
      Duration timeout,
      Function<Message, T> read) {
    Connection connection = line.jnats();
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return CompletableFuture.failedFuture(notConnected(connection));
    }
    return line.pending()
        .request(by, subject, headers, body, timeout)
        .handle(
            (message, thrown) -> {
              if (thrown != null) {
                throw explained(connection, subject, JetStreamErrors.failure(thrown));
              }
              return read.apply(message);
            });
  }

  /** NATS reports a missing permission, but does not respond to the request. */
  private static JetStreamFailure explained(
      Connection connection, String subject, JetStreamFailure failure) {
    return failure.kind() == JetStreamFailure.Kind.NO_ANSWER
        ? RefusedSubjects.why(connection, subject).map(JetStreamFailure::noAnswer).orElse(failure)
        : failure;
  }

  /**
   * Sends a batch. Only its last message is a request; nats-server reports a fault of an earlier
   * one there. Without the last message, nothing is stored.
   */
  <T> CompletableFuture<T> send(AtomicBatch batch, Duration timeout, Function<Message, T> read) {
    int size = batch.entries().size();
    Connection connection = own.jnats();
    Outlet by = own.outlet(); // one for all: their order matters
    try {
      for (int number = 1; number < size; number++) {
        if (connection.getStatus() != Connection.Status.CONNECTED) {
          return CompletableFuture.failedFuture(notConnected(connection));
        }
        AtomicBatch.Entry entry = batch.entries().get(number - 1);
        by.send(
            entry.subject(),
            Outlet.NO_RESPONSE,
            entry.headers().inBatch(batch.id(), number, false),
            entry.body());
      }
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("a message of a batch was not sent: " + e.getMessage()));
    }
    AtomicBatch.Entry last = batch.entries().get(size - 1);
    CompletableFuture<T> sent =
        send(
            own,
            by,
            last.subject(),
            last.headers().inBatch(batch.id(), size, true),
            last.body(),
            timeout,
            read);
    by.flush(); // The answers to the members of the batch before take a while.
    return sent;
  }

  /** Whether streams can have replicas. */
  boolean isClustered() {
    return own.jnats().getServerInfo().getCluster() != null;
  }

  String serverVersion() {
    return String.valueOf(own.jnats().getServerInfo().getVersion());
  }

  private static JetStreamFailure notConnected(Connection connection) {
    return JetStreamFailure.notDelivered("no connection to NATS (" + connection.getStatus() + ")");
  }

  /** Ends all requests in flight. The connections stay open. */
  @Override
  public void close() {
    lines.values().forEach(Line::close);
  }

  /**
   * Parses a JSON response.
   *
   * @throws JetStreamFailure if the response is an error
   */
  static JsonValue parse(Message reply) {
    JsonValue json = JsonParser.parseUnchecked(reply.getData());
    JsonValue error = JsonValueUtils.readValue(json, "error");
    if (error != null) {
      throw JetStreamErrors.refusal(
          JsonValueUtils.readInteger(error, "err_code", 0),
          JsonValueUtils.readString(error, "description"));
    }
    return json;
  }
}
