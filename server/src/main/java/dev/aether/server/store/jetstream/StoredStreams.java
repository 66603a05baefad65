package dev.aether.server.store.jetstream;

import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.NatsConnections;
import dev.aether.server.store.jetstream.wire.NatsPermissions;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.wire.RefusedSubjects;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.support.JsonParseException;
import io.nats.client.support.JsonParser;
import io.nats.client.support.JsonValue;
import io.nats.client.support.JsonValueUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The streams of a store and the registry's records, for commands that copy them. Not a node: it
 * keeps no copy of the registry and completes no change of a namespace.
 *
 * <p>All methods block, and throw a StoreException if NATS refuses or does not respond. For one
 * thread.
 */
public final class StoredStreams implements AutoCloseable {
  private static final Duration RESPONSE_WITHIN = Duration.ofSeconds(5);

  /** How long the replicas of a restored stream may take to catch up with their leader. */
  private static final Duration REPLICATED_WITHIN = Duration.ofMinutes(15);

  private static final Duration REPLICAS_POLL = Duration.ofMillis(100);

  /** In the metadata of a restored stream: the backup that it was restored from. */
  private static final String RESTORED_FROM = "aether.restored-from";

  /** The format of commits that this version reads and writes. */
  private static final String COMMIT_FORMAT = "1";

  private final Connection connection;
  private final JetStreamManagement management;
  private final StreamTransfer transfer;

  /** What the streams are opened for, which decides the permissions that are needed. */
  public enum Purpose {
    /** Reading the registry and single records. */
    CHECK,
    /** Reading whole streams. */
    BACKUP,
    /** Creating streams and records. */
    RESTORE
  }

  /**
   * A record of the registry.
   *
   * @param record as it is stored, as JSON
   * @param isActive whether the namespace can be used
   * @param isDeleted whether the name is free
   */
  public record Registered(
      String namespace,
      String incarnation,
      int replicas,
      boolean isActive,
      boolean isDeleted,
      String record,
      long revision) {

    private Namespaces.Info info() {
      return NamespaceRecords.info(decoded());
    }

    private NamespaceRecord decoded() {
      return NamespaceRecords.decode(
          new Namespace(namespace), record.getBytes(StandardCharsets.UTF_8));
    }

    /** Its streams, whether they exist or not: first the snapshots, then the logs. */
    public List<String> streams() {
      return Stream.concat(
              Stream.of(SubjectCodec.snapshotStream(info())),
              info().logs().stream().map(SubjectCodec::stream))
          .toList();
    }

    /** Whether a stream is one of its logs, which exist in every usable namespace. */
    public boolean isLog(String stream) {
      return info().logs().stream().map(SubjectCodec::stream).anyMatch(stream::equals);
    }
  }

  /**
   * A stream.
   *
   * @param restoredFrom the backup that it was restored from
   */
  public record Found(
      long messages,
      long firstSequence,
      long lastSequence,
      int replicas,
      Optional<String> restoredFrom) {}

  /**
   * Connects.
   *
   * @param within how long to try
   * @throws StoreException if NATS cannot be used, or if the user lacks a permission that the
   *     purpose needs
   */
  public static StoredStreams open(
      Purpose purpose, List<String> urls, NatsAccess access, Duration within) {
    List<NatsPermissions.Permission> needed =
        switch (purpose) {
          case CHECK -> NatsPermissions.FOR_CHECKS;
          case BACKUP -> NatsPermissions.FOR_BACKUPS;
          case RESTORE -> NatsPermissions.FOR_RESTORES;
        };
    String name = "aether " + purpose.name().toLowerCase(Locale.ROOT);
    long giveUpAt = System.nanoTime() + within.toNanos();
    StoredStreams store =
        new StoredStreams(NatsConnections.openOne(urls, name, access, needed, within));
    try {
      OpeningRetries.untilReady(store::responds, giveUpAt);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    return store;
  }

  /** A cluster that was just started has no leader yet, and answers nothing. */
  private CompletableFuture<Boolean> responds() {
    try {
      return CompletableFuture.completedFuture(stream(StreamConfigs.REGISTRY).isPresent());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private StoredStreams(Connection connection) {
    this.connection = connection;
    try {
      management =
          connection.jetStreamManagement(
              JetStreamOptions.builder().requestTimeout(RESPONSE_WITHIN).build());
    } catch (IOException e) {
      throw StoreException.storeUnavailable("JetStream: " + e.getMessage());
    }
    transfer = new StreamTransfer(connection);
  }

  /** A call of jnats. */
  private interface Call<T> {
    T run() throws IOException, JetStreamApiException, InterruptedException;
  }

  /**
   * @param nothing which refusals mean that there is nothing
   */
  private <T> Optional<T> ask(String subject, Predicate<JetStreamFailure> nothing, Call<T> call) {
    try {
      return Optional.of(call.run());
    } catch (JetStreamApiException e) {
      if (nothing.test(JetStreamErrors.failure(e))) {
        return Optional.empty();
      }
      throw JetStreamErrors.toStoreException(e);
    } catch (IOException | IllegalStateException e) {
      // jnats throws the latter while it has no connection.
      throw silent(subject, e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private StoreException silent(String subject, Exception why) {
    return StoreException.storeUnavailable(
        RefusedSubjects.why(connection, subject)
            .orElse("JetStream does not respond: " + why.getMessage()));
  }

  private static StoreException interrupted() {
    Thread.currentThread().interrupt();
    return StoreException.storeUnavailable("interrupted");
  }

  /** The version of the nats-server that this is connected to. */
  public String natsVersion() {
    return String.valueOf(connection.getServerInfo().getVersion());
  }

  /** Whether there is a connection to NATS. */
  public boolean isConnected() {
    return connection.getStatus() == Connection.Status.CONNECTED;
  }

  /** Whether streams can have more than one replica. */
  public boolean isClustered() {
    return connection.getServerInfo().getCluster() != null;
  }

  /** The store's identity; empty if there is no store. */
  public Optional<Long> storeId() {
    return message(0, StreamConfigs.IDENTITY_SUBJECT)
        .map(message -> ByteBuffer.wrap(body(message)).getLong());
  }

  private static byte[] body(MessageInfo message) {
    byte @Nullable [] body = message.getData();
    return body == null ? new byte[0] : body;
  }

  /** The first message of the registry's subjects from a sequence on. */
  private Optional<MessageInfo> message(long from, String subjects) {
    return stream(StreamConfigs.REGISTRY).isEmpty()
        ? Optional.empty()
        : ask(
            "$JS.API.STREAM.MSG.GET." + StreamConfigs.REGISTRY,
            JetStreamErrors::isNoMessage,
            () -> management.getNextMessage(StreamConfigs.REGISTRY, from, subjects));
  }

  private Optional<StreamInfo> stream(String name) {
    return ask(
        "$JS.API.STREAM.INFO." + name,
        JetStreamErrors::isStreamMissing,
        () -> management.getStreamInfo(name));
  }

  /** The number of replicas of the registry's stream. */
  public int registryReplicas() {
    return stream(StreamConfigs.REGISTRY)
        .map(found -> found.getConfiguration().getReplicas())
        .orElseThrow(() -> StoreException.storeUnavailable("there is no registry"));
  }

  /** How many nodes follow the registry: those that run, and those that ended within seconds. */
  public long followers() {
    return stream(StreamConfigs.REGISTRY)
        .map(found -> found.getStreamState().getConsumerCount())
        .orElse(0L);
  }

  /**
   * All records of the registry, by name.
   *
   * @throws StoreException if one of them was written by a newer release
   */
  public List<Registered> registered() {
    List<Registered> all = new ArrayList<>();
    Optional<MessageInfo> next = message(0, StreamConfigs.NAMESPACE_SUBJECTS + ">");
    while (next.isPresent()) {
      all.add(registered(next.get()));
      next = message(next.get().getSeq() + 1, StreamConfigs.NAMESPACE_SUBJECTS + ">");
    }
    all.sort(Comparator.comparing(Registered::namespace));
    return all;
  }

  /**
   * The formats in which a namespace is stored.
   *
   * @param state its state, as the registry has it
   * @param recordFormat the format of its record in the registry; 0 if it has none
   * @param commitFormat the format of the newest commit of each of its logs; empty if there is none
   * @param fault why this version cannot use it
   */
  public record StoredForm(
      String namespace,
      String state,
      long recordFormat,
      List<String> commitFormat,
      Optional<String> fault) {}

  /** The formats of all namespaces that are not deleted, also of those of a newer version. */
  public List<StoredForm> storedForms() {
    List<StoredForm> all = new ArrayList<>();
    Optional<MessageInfo> next = message(0, StreamConfigs.NAMESPACE_SUBJECTS + ">");
    while (next.isPresent()) {
      storedForm(next.get()).ifPresent(all::add);
      next = message(next.get().getSeq() + 1, StreamConfigs.NAMESPACE_SUBJECTS + ">");
    }
    all.sort(Comparator.comparing(StoredForm::namespace));
    return all;
  }

  private Optional<StoredForm> storedForm(MessageInfo message) {
    JsonValue json = JsonParser.parseUnchecked(body(message));
    String name =
        String.valueOf(message.getSubject()).substring(StreamConfigs.NAMESPACE_SUBJECTS.length());
    String state = String.valueOf(JsonValueUtils.readString(json, "state"));
    long format = JsonValueUtils.readLong(json, "format", 0);
    try {
      Registered found = registered(message);
      if (found.isDeleted()) {
        return Optional.empty();
      }
      List<String> commits =
          found.streams().stream()
              .filter(found::isLog)
              .map(this::newestFormat)
              .flatMap(Optional::stream)
              .toList();
      Optional<String> fault =
          commits.stream()
              .filter(other -> !other.equals(COMMIT_FORMAT))
              .findFirst()
              .map(other -> "its newest commit has format " + other);
      return Optional.of(new StoredForm(name, state, format, commits, fault));
    } catch (StoreException e) {
      return Optional.of(
          new StoredForm(
              name, state, format, List.of(), Optional.of(String.valueOf(e.getMessage()))));
    }
  }

  /** The format of a log's newest commit, the first field of its header. */
  private Optional<String> newestFormat(String log) {
    return find(log)
        .filter(found -> found.messages() > 0)
        .map(found -> request(log, found.lastSequence()))
        .map(MessageInfo::getHeaders)
        .map(headers -> headers.getFirst(CommitHeader.NAME))
        .map(header -> header.split(" ", 2)[0]);
  }

  /** The leader's message, also of a stream with direct access. */
  private MessageInfo request(String stream, long sequence) {
    String subject = "$JS.API.STREAM.MSG.GET." + stream;
    try {
      Message reply =
          connection
              .requestWithTimeout(
                  subject,
                  ("{\"seq\":" + sequence + "}").getBytes(StandardCharsets.UTF_8),
                  RESPONSE_WITHIN)
              .get(RESPONSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      return new MessageInfo(reply, stream, false);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      throw StoreException.storeUnavailable(
          RefusedSubjects.why(connection, subject)
              .orElse("a log does not respond: " + JetStreamErrors.failure(e).getMessage()));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static Registered registered(MessageInfo message) {
    String subject = String.valueOf(message.getSubject());
    Namespace name = new Namespace(subject.substring(StreamConfigs.NAMESPACE_SUBJECTS.length()));
    NamespaceRecord record = NamespaceRecords.decode(name, body(message));
    return new Registered(
        name.name(),
        record.getIncarnation(),
        record.getReplicas(),
        record.getState() == NamespaceState.NAMESPACE_STATE_ACTIVE,
        record.getState() == NamespaceState.NAMESPACE_STATE_DELETED,
        new String(body(message), StandardCharsets.UTF_8),
        message.getSeq());
  }

  /**
   * A record of a backup.
   *
   * @throws StoreException if it cannot be read
   */
  public static Registered registered(String namespace, String record) {
    NamespaceRecord decoded =
        NamespaceRecords.decode(new Namespace(namespace), record.getBytes(StandardCharsets.UTF_8));
    return new Registered(
        namespace,
        decoded.getIncarnation(),
        decoded.getReplicas(),
        decoded.getState() == NamespaceState.NAMESPACE_STATE_ACTIVE,
        decoded.getState() == NamespaceState.NAMESPACE_STATE_DELETED,
        record,
        0);
  }

  /** A stream, if it exists. */
  public Optional<Found> find(String stream) {
    return stream(stream)
        .map(
            found ->
                new Found(
                    found.getStreamState().getMsgCount(),
                    found.getStreamState().getFirstSequence(),
                    found.getStreamState().getLastSequence(),
                    found.getConfiguration().getReplicas(),
                    Optional.ofNullable(found.getConfiguration().getMetadata())
                        .map(metadata -> metadata.get(RESTORED_FROM))));
  }

  /**
   * Writes JetStream's snapshot of a stream.
   *
   * @throws IOException if the target fails
   */
  public StreamState take(String stream, OutputStream to) throws IOException {
    try {
      return transfer.take(stream, to);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * Makes a stream of JetStream's snapshot of it. If this fails, a part of the stream may exist.
   *
   * @param replicas how many replicas the stream gets
   * @param backup is noted in the stream's metadata
   * @return the stream's state afterwards
   * @throws IOException if the snapshot cannot be read
   */
  public StreamState put(
      String stream, StreamState taken, int replicas, String backup, InputStream from)
      throws IOException {
    StreamConfiguration stored;
    try {
      stored = StreamConfiguration.instance(JsonParser.parse(taken.config()).toJson());
    } catch (JsonParseException e) {
      throw new IOException("the configuration of stream " + stream + " is not JSON", e);
    }
    Map<String, String> metadata = new HashMap<>();
    Optional.ofNullable(stored.getMetadata()).ifPresent(metadata::putAll);
    metadata.put(RESTORED_FROM, backup);
    try {
      return transfer.put(
          stream,
          StreamConfiguration.builder(stored).replicas(replicas).metadata(metadata).build(),
          taken,
          from);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Deletes a stream, if it exists. */
  public void delete(String stream) {
    Optional<Boolean> unused =
        ask(
            "$JS.API.STREAM.DELETE." + stream,
            JetStreamErrors::isStreamMissing,
            () -> management.deleteStream(stream));
  }

  /**
   * Waits until all replicas of a stream have what its leader has. Until then, fewer copies exist
   * than the stream has replicas.
   */
  public void awaitReplicas(String stream) {
    long giveUpAt = System.nanoTime() + REPLICATED_WITHIN.toNanos();
    while (!stream(stream).map(StoredStreams::isReplicated).orElse(false)) {
      if (System.nanoTime() > giveUpAt) {
        throw StoreException.storeUnavailable(
            "the replicas of stream "
                + stream
                + " have not caught up within "
                + REPLICATED_WITHIN.toMinutes()
                + " minutes");
      }
      try {
        TimeUnit.NANOSECONDS.sleep(REPLICAS_POLL.toNanos());
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private static boolean isReplicated(StreamInfo found) {
    return StreamConfigs.hasReplicas(found, found.getConfiguration().getReplicas())
        && (found.getClusterInfo() == null || found.getClusterInfo().getLeader() != null);
  }

  /**
   * Makes the registry of a store with this identity, unless it exists.
   *
   * @throws StoreException if a store with another identity was made meanwhile
   */
  public void createRegistry(long storeId, int replicas) {
    if (stream(StreamConfigs.REGISTRY).isEmpty()) {
      var unused = OpeningRetries.untilComplete(() -> created(StreamConfigs.registry(replicas)));
    }
    if (storeId().isEmpty()) {
      publish(
          StreamConfigs.IDENTITY_SUBJECT,
          0,
          ByteBuffer.allocate(Long.BYTES).putLong(storeId).array());
    }
  }

  private CompletableFuture<StreamInfo> created(StreamConfiguration config) {
    try {
      return CompletableFuture.completedFuture(management.addStream(config));
    } catch (JetStreamApiException e) {
      return CompletableFuture.failedFuture(e);
    } catch (IOException | IllegalStateException e) {
      return CompletableFuture.failedFuture(silent("$JS.API.STREAM.CREATE." + config.getName(), e));
    }
  }

  /**
   * Writes the record of a restored namespace.
   *
   * @param replicas what its streams have now
   * @param revision the record that this one replaces; 0 for none
   * @throws StoreException if the namespace was changed meanwhile
   */
  public void register(Registered namespace, int replicas, long revision) {
    publish(
        StreamConfigs.NAMESPACE_SUBJECTS + namespace.namespace(),
        revision,
        NamespaceRecords.encode(namespace.decoded().toBuilder().setReplicas(replicas).build()));
  }

  private void publish(String subject, long expected, byte[] body) {
    try {
      Message reply =
          connection
              .requestWithTimeout(
                  subject,
                  PublishHeaders.expecting(StreamConfigs.REGISTRY, expected),
                  body,
                  RESPONSE_WITHIN)
              .get(RESPONSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      var unused = new PublishAck(reply);
    } catch (JetStreamApiException e) {
      throw JetStreamErrors.toStoreException(e);
    } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
      throw StoreException.storeUnavailable(
          RefusedSubjects.why(connection, subject)
              .orElse("the registry does not respond: " + JetStreamErrors.failure(e).getMessage()));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
