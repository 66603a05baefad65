package dev.aether.bench.driver;

import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.util.List;

/** Finds the streams that Aether has created. */
public final class AetherLogs {
  private static final String SUBJECTS = "aether.e.>";

  private AetherLogs() {}

  /**
   * Returns the only log.
   *
   * @throws IllegalStateException if there is not exactly one
   */
  public static StreamInfo only(Connection connection) throws IOException, JetStreamApiException {
    List<String> names = connection.jetStreamManagement().getStreamNames(SUBJECTS);
    if (names.size() != 1) {
      throw new IllegalStateException("expected one log, found " + names);
    }
    return connection.jetStreamManagement().getStreamInfo(names.get(0));
  }
}
