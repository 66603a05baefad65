package dev.aether.server.store.jetstream;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.RefusedSubjects;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.support.JsonParseException;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Copies one stream out of JetStream, or back, by JetStream's own snapshots, which keep sequences,
 * headers and times. nats-server sends the chunks of a snapshot as fast as they are acknowledged; a
 * restore sends a bounded number of chunks ahead of nats-server's acknowledgements.
 *
 * <p>Blocks. For one thread. Methods throw a StoreException if JetStream refuses or does not
 * respond, and an IOException only if the caller's stream fails.
 */
final class StreamTransfer {
  private static final String API = "$JS.API.";

  /** The timeout of the request that begins a transfer. */
  private static final Duration BEGIN_WITHIN = Duration.ofSeconds(20);

  /** How long to wait for the next chunk, or for the acknowledgement of one. */
  private static final Duration CHUNK_WITHIN = Duration.ofSeconds(30);

  /** nats-server (2.15.3) gives a restore up if no chunk comes for 5 s. */
  private static final Duration EXPECTED_WITHIN = Duration.ofSeconds(4);

  private static final Duration EXPECTED_POLL = Duration.ofMillis(20);

  /** How often it is checked, while no chunk comes, whether the connection is lost. */
  private static final Duration CONNECTION_POLL = Duration.ofMillis(500);

  /** How long nats-server may take to make a stream of the last chunk. */
  private static final Duration FINISH_WITHIN = Duration.ofMinutes(10);

  /** Below NATS's default for {@code max_payload}, 1 MiB. */
  private static final int CHUNK_BYTES = 128 * 1024;

  /** What nats-server may send before it waits for acknowledgements. */
  private static final int WINDOW_BYTES = 4 * 1024 * 1024;

  /** How many chunks of a restore may be unacknowledged. */
  private static final int MAX_UNACKNOWLEDGED = 16;

  private static final int SUCCESS = 204;
  private static final byte[] NOTHING = new byte[0];

  private final Connection connection;

  StreamTransfer(Connection connection) {
    this.connection = connection;
  }

  /**
   * Writes the snapshot of a stream, without its consumers: those of Aether keep no state.
   *
   * @throws StoreException also if the connection was lost meanwhile, since chunks may be missing
   */
  StreamState take(String stream, OutputStream to) throws IOException, InterruptedException {
    String inbox = connection.createInbox();
    long reconnects = connection.getStatistics().getReconnects();
    Subscription chunks = connection.subscribe(inbox);
    try {
      JsonValue begun =
          request(
              "STREAM.SNAPSHOT." + stream,
              String.format(
                  Locale.ROOT,
                  "{\"deliver_subject\":\"%s\",\"no_consumers\":true,\"jsck\":true,"
                      + "\"chunk_size\":%d,\"window_size\":%d}",
                  inbox,
                  CHUNK_BYTES,
                  WINDOW_BYTES));
      long number = 1;
      for (Message chunk = next(chunks, stream);
          chunk.getData().length > 0;
          chunk = next(chunks, stream)) {
        @Nullable String acknowledgement = chunk.getReplyTo();
        if (acknowledgement != null && !acknowledgement.endsWith("." + number)) {
          throw broken(stream, "chunk " + number + " did not arrive");
        }
        to.write(chunk.getData());
        if (acknowledgement != null) {
          acknowledge(acknowledgement, stream);
        }
        number++;
      }
      if (connection.getStatistics().getReconnects() != reconnects) {
        throw broken(stream, "the connection to NATS was lost meanwhile");
      }
      return state(
          JsonValueUtils.readObject(begun, "config"), JsonValueUtils.readObject(begun, "state"));
    } finally {
      unsubscribe(chunks);
    }
  }

  private void acknowledge(String chunk, String stream) {
    try {
      connection.publish(chunk, NOTHING);
    } catch (IllegalStateException e) {
      throw broken(stream, "the connection to NATS was lost");
    }
  }

  private static void unsubscribe(Subscription chunks) {
    if (chunks.isActive()) {
      chunks.unsubscribe();
    }
  }

  private Message next(Subscription chunks, String stream) throws InterruptedException {
    @Nullable Message chunk = null;
    long giveUpAt = System.nanoTime() + CHUNK_WITHIN.toNanos();
    while (chunk == null && System.nanoTime() < giveUpAt) {
      try {
        chunk = chunks.nextMessage(CONNECTION_POLL);
      } catch (IllegalStateException e) {
        throw broken(stream, "the connection to NATS was closed");
      }
      if (chunk == null && connection.getStatus() != Connection.Status.CONNECTED) {
        throw broken(stream, "the connection to NATS was lost");
      }
    }
    if (chunk == null) {
      throw broken(
          stream,
          "NATS sent nothing for "
              + CHUNK_WITHIN.toSeconds()
              + " s"
              + RefusedSubjects.why(connection, "$JS.SNAPSHOT.ACK." + stream)
                  .map(why -> "; " + why)
                  .orElse(""));
    }
    if (chunk.isStatusMessage() && chunk.getStatus().getCode() != SUCCESS) {
      throw broken(stream, "nats-server ended it: " + chunk.getStatus().getMessageWithCode());
    }
    return chunk;
  }

  private static StoreException broken(String stream, String why) {
    return StoreException.storeUnavailable(
        "the copy of stream " + stream + " is incomplete: " + why);
  }

  /**
   * Makes a stream of a snapshot. If this fails, JetStream may have the stream with a part of its
   * messages.
   *
   * @param config the stream's configuration, which may differ from the snapshot's
   * @return the stream's state afterwards
   */
  StreamState put(String stream, StreamConfiguration config, StreamState taken, InputStream from)
      throws IOException, InterruptedException {
    JsonValue begun = beginRestore(stream, config, taken);
    String to = JsonValueUtils.readString(begun, "deliver_subject");
    Deque<CompletableFuture<Message>> unacknowledged = new ArrayDeque<>();
    byte[] buffer = new byte[CHUNK_BYTES];
    first(stream, to, from.readNBytes(CHUNK_BYTES));
    for (int read = from.readNBytes(buffer, 0, CHUNK_BYTES);
        read > 0;
        read = from.readNBytes(buffer, 0, CHUNK_BYTES)) {
      if (unacknowledged.size() == MAX_UNACKNOWLEDGED) {
        var unused = response(stream, unacknowledged.remove());
      }
      unacknowledged.add(send(to, Arrays.copyOf(buffer, read), CHUNK_WITHIN));
    }
    while (!unacknowledged.isEmpty()) {
      var unused = response(stream, unacknowledged.remove());
    }
    JsonValue made = response(stream, send(to, NOTHING, FINISH_WITHIN));
    return state(
        JsonValueUtils.readObject(made, "config"), JsonValueUtils.readObject(made, "state"));
  }

  private JsonValue beginRestore(String stream, StreamConfiguration config, StreamState taken) {
    String verb = "STREAM.RESTORE." + stream;
    byte[] body =
        ("{\"config\":" + config.toJson() + ",\"state\":" + json(taken) + "}")
            .getBytes(StandardCharsets.UTF_8);
    return OpeningRetries.untilComplete(() -> begun(verb, body));
  }

  private CompletableFuture<JsonValue> begun(String verb, byte[] body) {
    try {
      return CompletableFuture.completedFuture(answer(verb, send(API + verb, body, BEGIN_WITHIN)));
    } catch (JetStreamFailure | StoreException e) {
      return CompletableFuture.failedFuture(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CompletableFuture.failedFuture(StoreException.storeUnavailable("interrupted"));
    }
  }

  /**
   * Sends the first chunk alone. In a cluster, it takes a moment until the server that this is
   * connected to knows which one expects the chunks; until then, nobody receives it.
   */
  private void first(String stream, String to, byte[] chunk) throws InterruptedException {
    long giveUpAt = System.nanoTime() + EXPECTED_WITHIN.toNanos();
    CompletableFuture<Message> reply = send(to, chunk, CHUNK_WITHIN);
    while (isUndelivered(reply) && System.nanoTime() < giveUpAt) {
      TimeUnit.NANOSECONDS.sleep(EXPECTED_POLL.toNanos());
      reply = send(to, chunk, CHUNK_WITHIN);
    }
    var unused = response(stream, reply);
  }

  private static boolean isUndelivered(CompletableFuture<Message> reply)
      throws InterruptedException {
    try {
      var unused = reply.get();
      return false;
    } catch (ExecutionException | RuntimeException e) {
      return JetStreamErrors.failure(e).kind() == JetStreamFailure.Kind.NOT_DELIVERED;
    }
  }

  private JsonValue request(String verb, String body) throws InterruptedException {
    return response(verb, send(API + verb, body.getBytes(StandardCharsets.UTF_8), BEGIN_WITHIN));
  }

  /** jnats throws while it has no connection, instead of failing the future. */
  private CompletableFuture<Message> send(String subject, byte[] body, Duration timeout) {
    try {
      return connection.requestWithTimeout(subject, body, timeout);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(JetStreamErrors.notSent(e));
    }
  }

  private JsonValue response(String what, CompletableFuture<Message> reply)
      throws InterruptedException {
    try {
      return answer(what, reply);
    } catch (JetStreamFailure refused) {
      throw JetStreamErrors.toStoreException(refused);
    }
  }

  /**
   * The response as JSON; an acknowledgement of a chunk is empty.
   *
   * @throws JetStreamFailure if it is a refusal
   */
  private JsonValue answer(String what, CompletableFuture<Message> reply)
      throws InterruptedException {
    Message message;
    try {
      message = reply.get();
    } catch (ExecutionException | RuntimeException e) {
      JetStreamFailure failure = JetStreamErrors.failure(e);
      throw StoreException.storeUnavailable(
          what + ": " + RefusedSubjects.why(connection, API + what).orElseGet(failure::getMessage));
    }
    byte[] json = message.getData();
    try {
      JsonValue parsed = json.length == 0 ? JsonValue.EMPTY_MAP : JsonParser.parse(json);
      JsonValue error = JsonValueUtils.readValue(parsed, "error");
      if (error != null) {
        throw JetStreamErrors.refusal(
            JsonValueUtils.readInteger(error, "err_code", 0),
            what + ": " + JsonValueUtils.readString(error, "description"));
      }
      return parsed;
    } catch (JsonParseException e) {
      throw StoreException.storeUnavailable(what + ": the response is not JSON");
    }
  }

  private static StreamState state(JsonValue config, JsonValue state) {
    return new StreamState(
        config.toJson(),
        JsonValueUtils.readLong(state, "messages", 0),
        JsonValueUtils.readLong(state, "bytes", 0),
        JsonValueUtils.readLong(state, "first_seq", 0),
        JsonValueUtils.readLong(state, "last_seq", 0));
  }

  private static String json(StreamState state) {
    return String.format(
        Locale.ROOT,
        "{\"messages\":%d,\"bytes\":%d,\"first_seq\":%d,\"last_seq\":%d,\"consumer_count\":0}",
        state.messages(),
        state.bytes(),
        state.firstSequence(),
        state.lastSequence());
  }
}
