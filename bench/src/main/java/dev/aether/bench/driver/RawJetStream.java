package dev.aether.bench.driver;

import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.PublishAck;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.ErrorListenerLoggerImpl;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * JetStream without Aether: publishAsync of jnats, one message per commit on the actor's subject,
 * with {@code Nats-Expected-Last-Subject-Sequence}. Aether is built on the same, so it cannot be
 * faster.
 */
public final class RawJetStream implements Driver {
  /** How jnats writes requests to the network. */
  public enum Writes {
    /** The default: one system call per request. */
    EACH("raw jnats"),

    /** {@code dontForceFlushOnRequest}, as in Aether: waiting requests are written together. */
    TOGETHER("raw jnats, writes together");

    private final String driver;

    Writes(String driver) {
      this.driver = driver;
    }
  }

  /** Logs what jnats logs by default, but not each message of flow control. */
  private static final class Errors extends ErrorListenerLoggerImpl {
    @Override
    public void flowControlProcessed(
        Connection connection,
        JetStreamSubscription subscription,
        String subject,
        FlowControlSource source) {}
  }

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final int MAX_OUTGOING = 65_536;
  private static final int WRONG_LAST_SEQUENCE = 10_071;

  /**
   * The leader has not yet finished with the previous message of the subject, though acknowledged.
   */
  private static final int IN_PROCESS = 10_164;

  private final String name;
  private final Connection connection;
  private final JetStream jetStream;
  private final String stream;
  private final byte[] body;

  /** The stream sequence of each actor's last message. */
  private final AtomicLongArray ends;

  private RawJetStream(String name, Connection connection, String stream, int actors, byte[] body)
      throws IOException {
    this.name = name;
    this.connection = connection;
    this.jetStream = connection.jetStream();
    this.stream = stream;
    this.body = body;
    this.ends = new AtomicLongArray(actors);
  }

  /**
   * Connects and creates a stream with Aether's settings: file storage, one replica, new messages
   * refused when full.
   *
   * @param body the body of every message
   */
  public static RawJetStream open(String url, Writes writes, String stream, int actors, byte[] body)
      throws IOException, InterruptedException, JetStreamApiException {
    return open(url, writes, stream, 1, actors, body);
  }

  /** The same with several replicas. */
  public static RawJetStream open(
      String url, Writes writes, String stream, int replicas, int actors, byte[] body)
      throws IOException, InterruptedException, JetStreamApiException {
    Connection connection = connect(url, writes);
    connection
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(stream)
                .subjects(stream + ".>")
                .storageType(StorageType.File)
                .replicas(replicas)
                .discardPolicy(DiscardPolicy.New)
                .allowDirect(true)
                .build());
    return new RawJetStream(writes.driver, connection, stream, actors, body);
  }

  /** A connection whose queue is large enough for the requests in flight of every scenario. */
  public static Connection connect(String url) throws IOException, InterruptedException {
    return connect(url, Writes.EACH);
  }

  private static Connection connect(String url, Writes writes)
      throws IOException, InterruptedException {
    Options.Builder options =
        Options.builder()
            .server(url)
            .connectionTimeout(CONNECT_WITHIN)
            .errorListener(new Errors())
            .maxMessagesInOutgoingQueue(MAX_OUTGOING);
    if (writes == Writes.TOGETHER) {
      options.dontForceFlushOnRequest();
    }
    return Nats.connect(options.build());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isAether() {
    return false;
  }

  /** A message is a commit with one event. */
  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<Void> append(int actor) {
    return publish(actor, ends.get(actor))
        .thenAccept(ack -> ends.set(actor, ack.getSeqno()))
        .exceptionallyCompose(
            thrown ->
                isRefused(thrown, IN_PROCESS)
                    ? append(actor)
                    : CompletableFuture.failedFuture(thrown));
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    return Refused.when(
        publish(actor, ends.get(actor) - 1), thrown -> isRefused(thrown, WRONG_LAST_SEQUENCE));
  }

  private CompletableFuture<PublishAck> publish(int actor, long expected) {
    return jetStream.publishAsync(
        stream + ".actor-" + actor,
        body,
        PublishOptions.builder().expectedLastSubjectSequence(expected).build());
  }

  private static boolean isRefused(Throwable thrown, int code) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof JetStreamApiException refused) {
        return refused.getApiErrorCode() == code;
      }
    }
    return false;
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  @Override
  public long stored() throws IOException, JetStreamApiException {
    JetStreamManagement management = connection.jetStreamManagement();
    return management.getStreamInfo(stream).getStreamState().getMsgCount();
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
