package dev.aether.server.store.jetstream.wire;

import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to NATS, repeats reads that get no response, and turns errors into {@link
 * JetStreamFailure}s. Thread-safe.
 */
final class JetStreamRequests {
  private static final String API = "$JS.API.";

  /**
   * The timeouts of a read and its repetitions. A stream that was just created, or whose leader has
   * just stopped, does not respond now but may respond a moment later.
   */
  private static final List<Duration> READ_TIMEOUTS =
      List.of(Duration.ofMillis(300), Duration.ofMillis(700), Duration.ofSeconds(2));

  /** The timeout of requests to JetStream's meta leader. */
  private static final Duration MANAGE_TIMEOUT = Duration.ofSeconds(5);

  private final Connection connection;

  /** Separate from consumers, since thousands of those may be created at once. */
  private final RequestLimiter streams = new RequestLimiter();

  private final RequestLimiter consumers = new RequestLimiter();

  JetStreamRequests(Connection connection) {
    this.connection = connection;
  }

  /** Sends an API request that may be repeated. */
  CompletableFuture<Message> read(String verb, String query) {
    return read(verb, query, 0);
  }

  private CompletableFuture<Message> read(String verb, String query, int attempt) {
    return api(verb, query, READ_TIMEOUTS.get(attempt))
        .exceptionallyCompose(
            thrown -> {
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              boolean retry =
                  failure.kind() == JetStreamFailure.Kind.NO_ANSWER
                      && attempt + 1 < READ_TIMEOUTS.size();
              return retry
                  ? read(verb, query, attempt + 1)
                  : CompletableFuture.failedFuture(failure);
            });
  }

  /** Sends a request that concerns streams to the meta leader. */
  CompletableFuture<Message> manage(String verb, String body) {
    return streams.pass(() -> api(verb, body, MANAGE_TIMEOUT));
  }

  /** Sends a request that concerns consumers; the caller checks the response for an error. */
  CompletableFuture<Message> consumer(String verb, String body) {
    return consumers.pass(() -> api(verb, body, MANAGE_TIMEOUT));
  }

  /** Sends an API request. */
  CompletableFuture<Message> api(String verb, String query, Duration timeout) {
    byte[] body = query.getBytes(StandardCharsets.UTF_8);
    return send(API + verb, null, body, timeout, Function.identity());
  }

  /** Sends a request to any subject. */
  <T> CompletableFuture<T> send(
      String subject,
      @Nullable Headers headers,
      byte[] body,
      Duration timeout,
      Function<Message, T> read) {
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("no connection to NATS (" + connection.getStatus() + ")"));
    }
    CompletableFuture<Message> reply;
    try {
      reply = connection.requestWithTimeout(subject, headers, body, timeout);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(JetStreamErrors.failure(e));
    }
    return reply.handle(
        (message, thrown) -> {
          if (thrown != null) {
            throw JetStreamErrors.failure(thrown);
          }
          return read.apply(message);
        });
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
