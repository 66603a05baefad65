package dev.aether.bench.driver;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.util.List;

/** The streams that Aether made. */
public final class AetherLogs {
  private static final String SUBJECTS = "aether.e.>";

  private AetherLogs() {}

  /**
   * The one log.
   *
   * @throws IllegalStateException if there is another number of logs
   */
  public static StreamInfo only(Connection connection) throws IOException, JetStreamApiException {
    List<String> names = connection.jetStreamManagement().getStreamNames(SUBJECTS);
    if (names.size() != 1) {
      throw new IllegalStateException("not one log but " + names);
    }
    return connection.jetStreamManagement().getStreamInfo(names.get(0));
  }
}
