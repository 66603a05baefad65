package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.SuccessApiResponse;
import io.nats.client.impl.Headers;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests to JetStream that Aether makes. No method blocks; futures fail with a {@link
 * JetStreamFailure} and complete on jnats' one thread for replies, so what hangs on them is light.
 * For any number of threads.
 */
public final class JetStreamApi {
  /**
   * Publishes of saves that are not acknowledged, at once; below the size of jnats' outgoing queue.
   */
  public static final int MAX_PUBLISHES = 16_384;

  /** How long a publish may stay without an answer before it counts as lost. */
  private static final Duration ACKNOWLEDGE_WITHIN = Duration.ofSeconds(2);

  /**
   * The same for a read, which is asked again: a stream that has just been made, or whose leader
   * has just gone, answers nothing and would answer in a moment.
   */
  private static final List<Duration> ANSWER_WITHIN =
      List.of(Duration.ofMillis(300), Duration.ofMillis(700), Duration.ofSeconds(2));

  /** The same for what JetStream's meta leader does. */
  private static final Duration MANAGE_WITHIN = Duration.ofSeconds(5);

  /** The same for gathering a stream's subjects: seconds where it has millions. */
  private static final Duration LIST_WITHIN = Duration.ofSeconds(20);

  private static final String API = "$JS.API.";
  private static final int NOT_FOUND = 404;

  private final Connection connection;
  private final StorageSpace room;

  /** What is asked of streams; apart from consumers, of which there may be thousands to make. */
  private final RequestLimiter streams = new RequestLimiter();

  private final RequestLimiter consumers = new RequestLimiter();

  public JetStreamApi(Connection connection) {
    this(connection, new StorageSpace(Optional::empty));
  }

  /**
   * @param room is told which publishes find room, and says when none is to be tried
   */
  public JetStreamApi(Connection connection, StorageSpace room) {
    this.connection = connection;
    this.room = room;
  }

  /**
   * Publishes to a stream if its condition holds, and not on a disk that is known to be full:
   * nats-server would leave a stream that met it stuck until its next start.
   *
   * @return the message's sequence
   */
  public CompletableFuture<Long> publish(
      String stream, String subject, PublishHeaders condition, byte[] body) {
    Optional<String> diskFull = room.whyDiskFull();
    return diskFull.isPresent()
        ? CompletableFuture.failedFuture(JetStreamErrors.diskFull(diskFull.get()))
        : publishAnyway(stream, subject, condition, body);
  }

  /** Whether the disk is known to be full, so that publishes are not tried. */
  public boolean isDiskFull() {
    return room.whyDiskFull().isPresent();
  }

  /** The same into the last of the room: for the small records that make more of it. */
  public CompletableFuture<Long> publishAnyway(
      String stream, String subject, PublishHeaders condition, byte[] body) {
    return room.watched(
        request(
            subject, condition, body, ACKNOWLEDGE_WITHIN, reply -> acknowledged(stream, reply)));
  }

  private static Long acknowledged(String stream, Message reply) {
    long usual = PublishAckParser.sequence(stream, reply.getData());
    if (usual > 0) {
      return usual;
    }
    try {
      return new PublishAck(reply).getSeqno();
    } catch (JetStreamApiException e) {
      throw JetStreamErrors.refusedPublish(e.getApiErrorCode(), e.getErrorDescription());
    } catch (IOException e) {
      throw JetStreamFailure.noAnswer("not an acknowledgement: " + e.getMessage());
    }
  }

  /** The subject's last message, as the stream's leader sees it. */
  public CompletableFuture<Optional<StoredMessage>> last(LogStream stream, String subject) {
    return stream.replicas() == 1
        ? direct(stream.name(), "." + subject, "")
        : fromLeader(stream.name(), "{\"last_by_subj\":\"" + subject + "\"}");
  }

  /** The subject's last message, as the leader of a stream without direct access sees it. */
  public CompletableFuture<Optional<StoredMessage>> lastFromLeader(String stream, String subject) {
    return fromLeader(stream, "{\"last_by_subj\":\"" + subject + "\"}");
  }

  /** The message with a sequence: any replica's answer, or else the leader's. */
  public CompletableFuture<Optional<StoredMessage>> at(LogStream stream, long sequence) {
    String query = "{\"seq\":" + sequence + "}";
    CompletableFuture<Optional<StoredMessage>> any = direct(stream.name(), "", query);
    return stream.replicas() == 1
        ? any
        : JetStreamErrors.orIfNotDelivered(any, Optional.empty())
            .thenCompose(
                found ->
                    found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : fromLeader(stream.name(), query));
  }

  /** The first message from a sequence on whose subject matches, as the stream's leader sees it. */
  public CompletableFuture<Optional<StoredMessage>> next(
      LogStream stream, long from, String subjects) {
    String query = "{\"seq\":" + from + ",\"next_by_subj\":\"" + subjects + "\"}";
    return stream.replicas() == 1
        ? direct(stream.name(), "", query)
        : fromLeader(stream.name(), query);
  }

  private CompletableFuture<Optional<StoredMessage>> direct(
      String stream, String suffix, String query) {
    return read(API + "DIRECT.GET." + stream + suffix, query, 0)
        .thenApply(JetStreamApi::directMessage);
  }

  private static Optional<StoredMessage> directMessage(Message reply) {
    if (reply.isStatusMessage()) {
      int code = reply.getStatus().getCode();
      if (code == NOT_FOUND) {
        return Optional.empty();
      }
      throw JetStreamFailure.notDelivered(reply.getStatus().getMessageWithCode());
    }
    return Optional.of(DirectMessage.of(reply));
  }

  private CompletableFuture<Optional<StoredMessage>> fromLeader(String stream, String query) {
    return read(API + "STREAM.MSG.GET." + stream, query, 0)
        .thenApply(
            reply -> {
              MessageInfo info = new MessageInfo(reply, stream, false);
              if (!info.hasError()) {
                return Optional.of(message(info));
              }
              JetStreamFailure failure = refusal(info.getApiErrorCode(), info.getDescription());
              if (JetStreamErrors.isNoMessage(failure)) {
                return Optional.empty();
              }
              throw failure;
            });
  }

  private static StoredMessage message(MessageInfo info) {
    Headers headers = info.getHeaders();
    byte[] body = info.getData();
    return new StoredMessage(
        info.getSeq(),
        info.getSubject(),
        info.getTime().toInstant(),
        headers == null ? null : headers.getFirst(CommitHeader.NAME),
        body == null ? new byte[0] : body);
  }

  /** What the stream's leader says of it. */
  public CompletableFuture<StreamInfo> info(String stream) {
    return stream("STREAM.INFO." + stream, "");
  }

  /** The same, with the number of messages on a subject. Asked at each look for an actor's end. */
  public CompletableFuture<JsonValue> info(String stream, String subject) {
    return read(API + "STREAM.INFO." + stream, "{\"subjects_filter\":\"" + subject + "\"}", 0)
        .thenApply(JetStreamApi::parsed);
  }

  /** The same, with the sequences between the first and the last that have no message. */
  public CompletableFuture<JsonValue> infoWithDeleted(String stream) {
    // Asked again soon, as reads are: nobody answers for a stream that has no leader yet.
    return read(API + "STREAM.INFO." + stream, "{\"deleted_details\":true}", 0)
        .thenApply(JetStreamApi::parsed);
  }

  /**
   * What the stream's leader says of it, with the subjects that match a filter, from an offset on
   * in the order of their bytes. Not taken apart: it may have megabytes.
   */
  public CompletableFuture<Message> subjects(String stream, String filter, int offset) {
    String query = "{\"subjects_filter\":\"" + filter + "\",\"offset\":" + offset + "}";
    return request(API + "STREAM.INFO." + stream, query, LIST_WITHIN);
  }

  /** The names of all streams. */
  public CompletableFuture<List<String>> streamNames() {
    return streamNames(new ArrayList<>());
  }

  private CompletableFuture<List<String>> streamNames(List<String> into) {
    return managed("STREAM.NAMES", "{\"offset\":" + into.size() + "}")
        .thenCompose(
            reply -> {
              JsonValue page = parsed(reply);
              List<String> names = JsonValueUtils.readStringList(page, "streams");
              into.addAll(names);
              return names.isEmpty() || into.size() >= JsonValueUtils.readLong(page, "total", 0)
                  ? CompletableFuture.completedFuture(into)
                  : streamNames(into);
            });
  }

  private static JsonValue parsed(Message reply) {
    JsonValue json = JsonParser.parseUnchecked(reply.getData());
    JsonValue error = JsonValueUtils.readValue(json, "error");
    if (error != null) {
      throw refusal(
          JsonValueUtils.readInteger(error, "err_code", 0),
          JsonValueUtils.readString(error, "description"));
    }
    return json;
  }

  /** Makes a stream; making it again with the same configuration has no effect. */
  public CompletableFuture<StreamInfo> createStream(StreamConfiguration config) {
    Optional<String> diskFull = room.whyDiskFull();
    return diskFull.isPresent()
        ? CompletableFuture.failedFuture(JetStreamErrors.diskFull(diskFull.get()))
        : stream("STREAM.CREATE." + config.getName(), config.toJson());
  }

  /** Deletes a stream; one that is not there counts as deleted. */
  public CompletableFuture<Boolean> deleteStream(String stream) {
    return managed("STREAM.DELETE." + stream, "")
        .thenApply(reply -> succeeded(reply, JetStreamErrors::isStreamGone));
  }

  /** Deletes a message for good; takes no room. False if there is none with the sequence. */
  public CompletableFuture<Boolean> deleteMessage(String stream, long sequence) {
    return managed("STREAM.MSG.DELETE." + stream, "{\"seq\":" + sequence + ",\"no_erase\":true}")
        .thenApply(reply -> succeeded(reply, JetStreamErrors::isNoMessage));
  }

  private static boolean succeeded(Message reply, Predicate<JetStreamFailure> isDone) {
    SuccessApiResponse answer = new SuccessApiResponse(reply);
    if (!answer.hasError()) {
      return true;
    }
    JetStreamFailure refusal = refusal(answer.getApiErrorCode(), answer.getDescription());
    if (isDone.test(refusal)) {
      return false;
    }
    throw refusal;
  }

  private CompletableFuture<StreamInfo> stream(String verb, String body) {
    return managed(verb, body)
        .thenApply(
            reply -> {
              StreamInfo info = new StreamInfo(reply);
              if (info.hasError()) {
                throw refusal(info.getApiErrorCode(), info.getDescription());
              }
              return info;
            });
  }

  private CompletableFuture<Message> managed(String verb, String body) {
    return streams.pass(() -> request(API + verb, body, MANAGE_WITHIN));
  }

  /** Any request about a consumer; the reply's error is for the caller to see. */
  CompletableFuture<Message> consumer(String verb, String body) {
    return consumers.pass(() -> request(API + verb, body, MANAGE_WITHIN));
  }

  public static JetStreamFailure refusal(int code, @Nullable String description) {
    return JetStreamFailure.refused(code, description == null ? "refused" : description);
  }

  private CompletableFuture<Message> read(String subject, String query, int attempt) {
    return request(subject, query, ANSWER_WITHIN.get(attempt))
        .exceptionallyCompose(
            thrown -> {
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              boolean again =
                  failure.kind() == JetStreamFailure.Kind.NO_ANSWER
                      && attempt + 1 < ANSWER_WITHIN.size();
              return again
                  ? read(subject, query, attempt + 1)
                  : CompletableFuture.failedFuture(failure);
            });
  }

  private CompletableFuture<Message> request(String subject, String query, Duration within) {
    byte[] body = query.getBytes(StandardCharsets.UTF_8);
    return request(subject, null, body, within, Function.identity());
  }

  private <T> CompletableFuture<T> request(
      String subject,
      @Nullable Headers headers,
      byte[] body,
      Duration within,
      Function<Message, T> read) {
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return CompletableFuture.failedFuture(
          JetStreamFailure.notDelivered("no connection to NATS (" + connection.getStatus() + ")"));
    }
    CompletableFuture<Message> reply;
    try {
      reply = connection.requestWithTimeout(subject, headers, body, within);
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
}
