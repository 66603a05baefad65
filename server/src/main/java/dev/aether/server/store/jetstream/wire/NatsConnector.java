package dev.aether.server.store.jetstream.wire;

import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.nats.NatsServerVersion;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a node's connections to NATS, all with the same options. Each reconnects when it is lost.
 * Not thread-safe, in contrast to the connections.
 */
final class NatsConnector {
  private static final Logger LOG = LoggerFactory.getLogger(NatsConnector.class);

  /** The size of the outgoing queue, which exceeds the saves in flight and the reads together. */
  private static final int MAX_OUTGOING = 4 * JetStreamApi.MAX_PUBLISHES;

  private static final Duration ATTEMPT_PAUSE = Duration.ofMillis(500);
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);
  private static final Duration RECONNECT_PAUSE = Duration.ofMillis(200);
  private static final Duration PING_EVERY = Duration.ofSeconds(5);

  /** How often jnats checks for requests that have timed out. */
  private static final Duration TIMEOUT_STEP = Duration.ofMillis(100);

  private final List<String> urls;
  private final Options options;
  private final List<NatsPermissions.Permission> needed;
  private final Duration atMost;
  private final long giveUpAt;
  private final NatsErrorLog errors = new NatsErrorLog();
  private boolean isFirst = true;

  /**
   * @param needed the permissions that the user must have
   * @param atMost how long to try from now on, for all connections together
   */
  NatsConnector(
      List<String> urls,
      String name,
      NatsAccess access,
      List<NatsPermissions.Permission> needed,
      Duration atMost) {
    this.urls = urls;
    this.needed = needed;
    this.options = options(urls, name, access, errors);
    this.atMost = atMost;
    this.giveUpAt = System.nanoTime() + atMost.toNanos();
  }

  /**
   * Opens one more connection, with retries until the timeout. Blocks.
   *
   * @throws StoreException with reason STORE_UNAVAILABLE if no server could be reached in time, or
   *     if the server is too old, has no JetStream, or lacks permissions for the node's user
   */
  Connection connect() {
    for (int attempt = 1; ; attempt++) {
      try {
        return checked(Nats.connect(options));
      } catch (IOException e) {
        if (System.nanoTime() >= giveUpAt) {
          throw new StoreException.NatsUnreachable(
              "could not connect to NATS at "
                  + NatsUrls.withoutSecrets(urls)
                  + " within "
                  + atMost.toSeconds()
                  + " s: "
                  + errors.why(e));
        }
        if (attempt == 1) {
          LOG.warn(
              "cannot connect to NATS at {} ({}); will retry for {} s",
              NatsUrls.withoutSecrets(urls),
              errors.why(e),
              atMost.toSeconds());
        }
        pause();
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private void pause() {
    long leftMillis = (giveUpAt - System.nanoTime()) / 1_000_000;
    try {
      Thread.sleep(Math.max(1, Math.min(ATTEMPT_PAUSE.toMillis(), leftMillis)));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static StoreException interrupted() {
    Thread.currentThread().interrupt();
    return StoreException.storeUnavailable("interrupted while connecting to NATS");
  }

  private Connection checked(Connection connection) throws IOException, InterruptedException {
    var server = connection.getServerInfo();
    boolean enough =
        NatsServerVersion.parse(server.getVersion()).map(NatsServerVersion::isEnough).orElse(false);
    if (enough && server.isJetStreamAvailable()) {
      if (isFirst) {
        LOG.info("connected to nats-server {}, {}", server.getVersion(), server.getServerName());
        checkPermissions(connection);
        isFirst = false;
      }
      return connection;
    }
    connection.close();
    throw StoreException.storeUnavailable(
        enough
            ? "JetStream is not enabled on the NATS server " + server.getServerName()
            : "nats-server "
                + server.getVersion()
                + " is too old; "
                + NatsServerVersion.MINIMUM
                + " or newer is needed");
  }

  private void checkPermissions(Connection connection) throws IOException, InterruptedException {
    try {
      NatsPermissions.check(connection, needed, errors.refused());
    } catch (IOException | StoreException e) {
      connection.close();
      throw e;
    }
    errors.refused().tell();
  }

  private static Options options(
      List<String> urls, String name, NatsAccess access, NatsErrorLog errors) {
    Options.Builder options = Options.builder();
    access.login().ifPresent(login -> NatsLogin.apply(login, options));
    access.tls().ifPresent(options::sslContext);
    if (access.tlsFirst()) {
      options.tlsFirst();
    }
    return options
        .dataPortType(VerifyingDataPort.class.getName())
        // The addresses of a name would be verified instead of the name.
        .noResolveHostnames()
        .servers(urls.toArray(String[]::new))
        .connectionName(name)
        .connectionTimeout(CONNECT_WITHIN)
        .maxReconnects(-1)
        .reconnectWait(RECONNECT_PAUSE)
        // Nothing is accepted during a disconnect, so what cannot be sent now is known not to be
        // stored. What was accepted before it stays queued and is sent after it, so a publish may
        // be stored long after its outcome was reported as unknown.
        .reconnectBufferSize(0)
        .pingInterval(PING_EVERY)
        .requestCleanupInterval(TIMEOUT_STEP)
        .reportNoResponders()
        // Messages waiting to be written are sent together. By default jnats makes a system call
        // for each request, and nats-server makes another to read it.
        .dontForceFlushOnRequest()
        .maxMessagesInOutgoingQueue(MAX_OUTGOING)
        .connectionListener(new StatusLog())
        .errorListener(errors)
        .build();
  }

  /**
   * Logs when a connection is lost and when all are back, once each; jnats reports every failed
   * attempt of every connection, several per second.
   */
  private static final class StatusLog implements ConnectionListener {
    /** An attempt to connect that fails is reported as a loss, too. */
    private final Set<Connection> connected = new HashSet<>();

    private final Set<Connection> lost = new HashSet<>();

    @Override
    public synchronized void connectionEvent(Connection connection, Events type) {
      switch (type) {
        case DISCONNECTED -> {
          if (!connected.contains(connection)) {
            return;
          }
          if (lost.isEmpty()) {
            LOG.warn("lost the connection to NATS");
          }
          lost.add(connection);
        }
        case RECONNECTED -> {
          if (lost.remove(connection) && lost.isEmpty()) {
            LOG.info("reconnected to NATS");
          }
        }
        case CLOSED -> {
          connected.remove(connection);
          lost.remove(connection);
        }
        case CONNECTED -> connected.add(connection);
        case RESUBSCRIBED, DISCOVERED_SERVERS, LAME_DUCK -> LOG.debug("NATS: {}", type);
      }
    }
  }
}
