package dev.aether.bench.driver;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;

/**
 * Reads the same events from JetStream without Aether, in the documented way: with an ordered
 * consumer of jnats for each read.
 */
public final class OrderedConsumerReader implements AutoCloseable {
  private static final Duration MESSAGE_WITHIN = Duration.ofSeconds(30);

  private final Connection connection;
  private final String stream;
  private final String prefix;

  /** Connects and finds the only log that Aether has created. */
  public OrderedConsumerReader(String url)
      throws IOException, InterruptedException, JetStreamApiException {
    connection = RawJetStream.connect(url);
    StreamInfo log = AetherLogs.only(connection);
    stream = log.getConfiguration().getName();
    String subjects = log.getConfiguration().getSubjects().get(0);
    prefix = subjects.substring(0, subjects.length() - 1);
  }

  /** Reads this many messages of an actor, from the first on. */
  public int read(int actor, int messages)
      throws IOException, InterruptedException, JetStreamApiException {
    return readSubject(prefix + AetherRequests.actorId(actor), messages);
  }

  /** Reads this many messages of the whole log, from the first on. */
  public int readLog(int messages) throws IOException, InterruptedException, JetStreamApiException {
    return readSubject(prefix + ">", messages);
  }

  private int readSubject(String subject, int messages)
      throws IOException, InterruptedException, JetStreamApiException {
    JetStreamSubscription subscription =
        connection
            .jetStream()
            .subscribe(
                subject, PushSubscribeOptions.builder().stream(stream).ordered(true).build());
    int read = 0;
    while (read < messages && subscription.nextMessage(MESSAGE_WITHIN) != null) {
      read++;
    }
    String consumer = subscription.getConsumerName();
    subscription.unsubscribe();
    // jnats leaves the deletion to the server, which deletes a consumer after seconds and limits
    // their number. The response is not awaited, since only the reading is measured.
    connection.publish("$JS.API.CONSUMER.DELETE." + stream + "." + consumer, null);
    return read;
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
