package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.LogId;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * The JetStream requests that Aether uses. No method blocks. Futures fail with a {@link
 * JetStreamFailure} and complete on the thread of a connection that takes responses, so dependent
 * actions must be short. Thread-safe.
 *
 * <p>This class exceeds 300 lines because it has one short method for each kind of request.
 */
public final class JetStreamApi implements AutoCloseable {
  /**
   * How many publishes may be unacknowledged at once; less than the size of jnats' outgoing queue.
   */
  public static final int MAX_PUBLISHES = 16_384;

  /** A publish without an acknowledgement for this long counts as lost. */
  private static final Duration ACKNOWLEDGE_WITHIN = Duration.ofSeconds(2);

  /** The timeout for listing a stream's subjects, which takes seconds if there are millions. */
  private static final Duration LIST_TIMEOUT = Duration.ofSeconds(20);

  private static final int NOT_FOUND = 404;

  private final JetStreamRequests requests;
  private final PublishResults results;
  private final RoundTrips roundTrips;

  /** Sends everything on one connection. */
  public JetStreamApi(Connection connection, Timers timers) {
    this(connection, new PublishResults(Optional::empty), timers);
  }

  /** Sends everything on one connection. */
  public JetStreamApi(Connection connection, PublishResults results, Timers timers) {
    this(connection, new ReadConnections(List.of(connection)), results, RoundTrips.NONE, timers);
  }

  /**
   * @param connection for everything but reads
   * @param results learns from the outcome of publishes, and tells when none must be tried
   */
  public JetStreamApi(
      Connection connection,
      ReadConnections reads,
      PublishResults results,
      RoundTrips roundTrips,
      Timers timers) {
    this.requests = new JetStreamRequests(connection, reads, timers);
    this.results = results;
    this.roundTrips = roundTrips;
  }

  /**
   * Publishes to a stream if the condition holds. Does not publish if the disk is known to be full,
   * because nats-server would leave the stream stuck until its next start.
   *
   * @return the message's sequence
   */
  public CompletableFuture<Long> publish(
      String stream, String subject, PublishHeaders condition, byte[] body) {
    Optional<String> diskFull = results.whyDiskFull();
    return diskFull.isPresent()
        ? CompletableFuture.failedFuture(JetStreamErrors.diskFull(diskFull.get()))
        : publishEvenIfFull(stream, subject, condition, body);
  }

  /** Whether the disk is known to be full, so that publishes are not attempted. */
  public boolean isDiskFull() {
    return results.whyDiskFull().isPresent();
  }

  /** Publishes even if the disk is known to be full: for small records that free space. */
  public CompletableFuture<Long> publishEvenIfFull(
      String stream, String subject, PublishHeaders condition, byte[] body) {
    return RoundTrips.timed(
        roundTrips.publishes(),
        results.watched(
            requests.send(
                subject,
                condition,
                body,
                ACKNOWLEDGE_WITHIN,
                reply -> acknowledged(stream, reply))));
  }

  /** Anybody may answer a publish, so what is not JetStream's answer decides nothing. */
  static Long acknowledged(String stream, Message reply) {
    long usual = PublishAckParser.sequence(stream, reply.getData());
    if (usual > 0) {
      return usual;
    }
    try {
      PublishAck ack = new PublishAck(reply);
      if (ack.getSeqno() <= 0 || !stream.equals(ack.getStream())) {
        throw JetStreamFailure.noAnswer("not an acknowledgement of the stream " + stream);
      }
      return ack.getSeqno();
    } catch (JetStreamApiException e) {
      throw JetStreamErrors.refusedPublish(e.getApiErrorCode(), e.getErrorDescription());
    } catch (IOException e) {
      throw JetStreamFailure.noAnswer("not an acknowledgement: " + e.getMessage());
    }
  }

  /**
   * Publishes a batch, which nats-server stores and syncs as one. The messages of a batch are sent
   * by the calling thread, in order.
   *
   * @return the sequence of the first message; those of the others follow it without gaps
   */
  public CompletableFuture<Long> publish(AtomicBatch batch) {
    Optional<String> diskFull = results.whyDiskFull();
    if (diskFull.isPresent()) {
      return CompletableFuture.failedFuture(JetStreamErrors.diskFull(diskFull.get()));
    }
    roundTrips.members().record(batch.entries().size());
    return RoundTrips.timed(
        roundTrips.batches(),
        results.watched(requests.send(batch, ACKNOWLEDGE_WITHIN, reply -> stored(batch, reply))));
  }

  private static Long stored(AtomicBatch batch, Message reply) {
    JsonValue json = JsonParser.parseUnchecked(reply.getData());
    JsonValue error = JsonValueUtils.readValue(json, "error");
    if (error != null) {
      throw JetStreamErrors.refusedBatch(
          JsonValueUtils.readInteger(error, "err_code", 0),
          JsonValueUtils.readString(error, "description"));
    }
    int size = batch.entries().size();
    long last = JsonValueUtils.readLong(json, "seq", 0);
    if (last < size
        || JsonValueUtils.readInteger(json, "count", 0) != size
        || !batch.id().equals(JsonValueUtils.readString(json, "batch"))
        || !batch.stream().equals(JsonValueUtils.readString(json, "stream"))) {
      throw JetStreamFailure.noAnswer("not an acknowledgement of this batch");
    }
    return last - size + 1;
  }

  /** The subject's last message, as the stream's leader sees it. */
  public CompletableFuture<Optional<StoredMessage>> last(LogStream stream, String subject) {
    return !stream.hasFollowers()
        ? direct(stream.name(), "." + subject, "")
        : fromLeader(stream.name(), "{\"last_by_subj\":\"" + subject + "\"}");
  }

  /** The subject's last message, as the leader of a stream without direct access sees it. */
  public CompletableFuture<Optional<StoredMessage>> lastFromLeader(String stream, String subject) {
    return fromLeader(stream, "{\"last_by_subj\":\"" + subject + "\"}");
  }

  /** The message with a sequence, from any replica or else from the leader. */
  public CompletableFuture<Optional<StoredMessage>> at(LogStream stream, long sequence) {
    String query = "{\"seq\":" + sequence + "}";
    CompletableFuture<Optional<StoredMessage>> any =
        RoundTrips.timed(
            roundTrips.reads(),
            requests
                .get("DIRECT.GET." + stream.name(), query)
                .thenApply(JetStreamApi::directMessage));
    return !stream.hasFollowers()
        ? any
        : JetStreamErrors.orIfUnavailable(any, Optional.empty())
            .thenCompose(
                found ->
                    found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : fromLeader(stream.name(), query));
  }

  /** The first matching message from a sequence on, as the stream's leader sees it. */
  public CompletableFuture<Optional<StoredMessage>> next(
      LogStream stream, long from, String subjects) {
    String query = "{\"seq\":" + from + ",\"next_by_subj\":\"" + subjects + "\"}";
    return !stream.hasFollowers()
        ? direct(stream.name(), "", query)
        : fromLeader(stream.name(), query);
  }

  private CompletableFuture<Optional<StoredMessage>> direct(
      String stream, String suffix, String query) {
    return RoundTrips.timed(
        roundTrips.reads(),
        requests
            .read("DIRECT.GET." + stream + suffix, query)
            .thenApply(JetStreamApi::directMessage));
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
    return RoundTrips.timed(roundTrips.reads(), requests.read("STREAM.MSG.GET." + stream, query))
        .thenApply(
            reply -> {
              MessageInfo info = new MessageInfo(reply, stream, false);
              if (!info.hasError()) {
                return Optional.of(message(info));
              }
              JetStreamFailure failure =
                  JetStreamErrors.refusal(info.getApiErrorCode(), info.getDescription());
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

  /** The stream's state, from its leader. */
  public CompletableFuture<StreamInfo> info(String stream) {
    return stream("STREAM.INFO." + stream, "");
  }

  /**
   * The stream's state with the number of messages on a subject. Requested for each read of a head.
   */
  public CompletableFuture<JsonValue> info(String stream, String subject) {
    return requests
        .read("STREAM.INFO." + stream, "{\"subjects_filter\":\"" + subject + "\"}")
        .thenApply(JetStreamRequests::parse);
  }

  /** The stream's state with the sequences between the first and the last that have no message. */
  public CompletableFuture<JsonValue> infoWithDeleted(String stream) {
    // Repeated soon like a read, since a stream without a leader does not respond.
    return requests
        .readLong("STREAM.INFO." + stream, "{\"deleted_details\":true}")
        .thenApply(JetStreamRequests::parse);
  }

  /**
   * The stream's state with the subjects that match a filter, in byte order from an offset on. The
   * response is not parsed, since it may have megabytes.
   */
  public CompletableFuture<Message> subjects(String stream, String filter, int offset) {
    String query = "{\"subjects_filter\":\"" + filter + "\",\"offset\":" + offset + "}";
    return requests.readLong("STREAM.INFO." + stream, query, LIST_TIMEOUT);
  }

  /** The names of all streams. */
  public CompletableFuture<List<String>> streamNames() {
    return streamNames(new ArrayList<>());
  }

  private CompletableFuture<List<String>> streamNames(List<String> into) {
    return requests
        .manage("STREAM.NAMES", "{\"offset\":" + into.size() + "}")
        .thenCompose(
            reply -> {
              JsonValue page = JetStreamRequests.parse(reply);
              List<String> names = JsonValueUtils.readStringList(page, "streams");
              into.addAll(names);
              return names.isEmpty() || into.size() >= JsonValueUtils.readLong(page, "total", 0)
                  ? CompletableFuture.completedFuture(into)
                  : streamNames(into);
            });
  }

  /**
   * Creates a stream. If it exists with the same configuration, this has no effect on what it
   * stores.
   */
  public CompletableFuture<StreamInfo> createStream(StreamConfiguration config) {
    Optional<String> diskFull = results.whyDiskFull();
    return diskFull.isPresent()
        ? CompletableFuture.failedFuture(JetStreamErrors.diskFull(diskFull.get()))
        : stream("STREAM.CREATE." + config.getName(), config.toJson())
            .thenCompose(this::completeOnDisk);
  }

  /**
   * nats-server (2.15.1) writes the configuration of a new stream to disk, and then its checksum.
   * If it is killed in between, it skips the stream's folder at its next start; and if the stream
   * is then created again, it finds the configuration there and does not write the missing
   * checksum. Such a stream stores messages, but the next start skips it with all of them. An
   * update writes both files, so the stream is not used before it was updated. For an existing
   * stream it writes the same bytes again, so it does no harm if nats-server is killed meanwhile.
   *
   * <p>A cluster does not always respond to one of several equal updates, and copies a stream that
   * one server skipped from the others. So streams of clusters are not updated.
   */
  private CompletableFuture<StreamInfo> completeOnDisk(StreamInfo created) {
    StreamConfiguration config = created.getConfiguration();
    return created.getClusterInfo() != null
        ? CompletableFuture.completedFuture(created)
        : stream("STREAM.UPDATE." + config.getName(), config.toJson());
  }

  /** Changes the configuration of a stream. */
  public CompletableFuture<StreamInfo> updateStream(StreamConfiguration config) {
    return stream("STREAM.UPDATE." + config.getName(), config.toJson());
  }

  /** Lets a stream accept {@link AtomicBatch}es. */
  public CompletableFuture<StreamInfo> allowBatches(String stream) {
    return info(stream)
        .thenCompose(
            info ->
                stream(
                    "STREAM.UPDATE." + stream,
                    StreamConfiguration.builder(info.getConfiguration())
                        .allowAtomicPublish()
                        .build()
                        .toJson()));
  }

  /** The stream of a log, of which the registry says how many replicas it has. */
  public LogStream stream(LogId log, int replicas) {
    return LogStream.of(log, replicas, replicas > 1 || requests.isClustered());
  }

  /** The version of the NATS server that this node is connected to, such as {@code 2.15.1}. */
  public String serverVersion() {
    return requests.serverVersion();
  }

  /** Deletes a stream. Returns false if it does not exist. */
  public CompletableFuture<Boolean> deleteStream(String stream) {
    return requests
        .manage("STREAM.DELETE." + stream, "")
        .thenApply(reply -> succeeded(reply, JetStreamErrors::isStreamMissing));
  }

  /** Deletes a message permanently; takes no space. Returns false if it does not exist. */
  public CompletableFuture<Boolean> deleteMessage(String stream, long sequence) {
    return requests
        .manage("STREAM.MSG.DELETE." + stream, "{\"seq\":" + sequence + ",\"no_erase\":true}")
        .thenApply(reply -> succeeded(reply, JetStreamErrors::isNoMessage));
  }

  private static boolean succeeded(Message reply, Predicate<JetStreamFailure> isDone) {
    SuccessApiResponse response = new SuccessApiResponse(reply);
    if (!response.hasError()) {
      return true;
    }
    JetStreamFailure refusal =
        JetStreamErrors.refusal(response.getApiErrorCode(), response.getDescription());
    if (isDone.test(refusal)) {
      return false;
    }
    throw refusal;
  }

  private CompletableFuture<StreamInfo> stream(String verb, String body) {
    return requests
        .manage(verb, body)
        .thenApply(
            reply -> {
              StreamInfo info = new StreamInfo(reply);
              if (info.hasError()) {
                throw JetStreamErrors.refusal(info.getApiErrorCode(), info.getDescription());
              }
              return info;
            });
  }

  /** Sends a request that concerns consumers; the caller checks the response for an error. */
  CompletableFuture<Message> consumer(String verb, String body) {
    return requests.consumer(verb, body);
  }

  /** How many threads publish on a connection of their own. */
  public int publishingThreads() {
    return requests.publishingThreads();
  }

  /** The task runs, on another thread, after an event loop lost a connection. */
  public void addLossListener(Runnable task) {
    requests.addLossListener(task);
  }

  /** Ends all requests in flight; their outcome is unknown. The connections stay open. */
  @Override
  public void close() {
    requests.close();
  }
}
