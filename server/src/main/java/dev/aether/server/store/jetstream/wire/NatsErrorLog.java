package dev.aether.server.store.jetstream.wire;

import dev.aether.server.event.Exceptions;
import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamSubscription;
import io.nats.client.support.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the reports of jnats to the log instead of standard error. */
final class NatsErrorLog implements ErrorListener {
  private static final Logger LOG = LoggerFactory.getLogger(NatsErrorLog.class);

  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(5);

  private final RefusedSubjects refused = new RefusedSubjects();

  /** Connections that get no responses. */
  private final Set<Connection> reconnecting = ConcurrentHashMap.newKeySet();

  /** Why the latest attempt to connect failed; jnats only says that it did. */
  private volatile String latest = "";

  /** What NATS did not let the node do. */
  RefusedSubjects refused() {
    return refused;
  }

  String why(IOException thrown) {
    String cause = latest;
    latest = "";
    String message = NatsUrls.withoutSecrets(thrown.getMessage());
    return cause.isEmpty() || message.contains(cause) ? message : message + ": " + cause;
  }

  @Override
  public void errorOccurred(Connection connection, String error) {
    if (!refused.add(error)) {
      latest = NatsUrls.withoutSecrets(error);
      LOG.warn("NATS reported an error: {}", NatsUrls.withoutSecrets(error));
    } else if (refused.lacksResponses() && reconnecting.add(connection)) {
      CompletableFuture.delayedExecutor(RECONNECT_AFTER.toMillis(), TimeUnit.MILLISECONDS)
          .execute(() -> reconnect(connection));
    }
  }

  /**
   * NATS has ended the subscription for the responses, and nothing else makes jnats subscribe
   * again, which succeeds once NATS permits it.
   */
  private void reconnect(Connection connection) {
    reconnecting.remove(connection);
    if (connection.getStatus() == Connection.Status.CONNECTED) {
      try {
        connection.forceReconnect();
      } catch (IOException e) {
        LOG.debug("a connection did not begin to reconnect", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception exception) {
    String why = Exceptions.root(exception).getMessage();
    if (why != null) {
      latest = NatsUrls.withoutSecrets(why);
    }
    LOG.debug("exception in the NATS client", exception);
  }

  @Override
  public void slowConsumerDetected(Connection connection, Consumer consumer) {
    LOG.warn(
        "messages from NATS were dropped because they arrived faster than this node processed them");
  }

  @Override
  public void unhandledStatus(
      Connection connection, JetStreamSubscription subscription, Status status) {
    LOG.debug("unhandled status {}", status);
  }
}
