package dev.aether.bench.driver;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/**
 * Publishes a file of events to JetStream without Aether: one message per line, without
 * expectations.
 */
public final class RawImport {
  private static final int IN_FLIGHT = 256;
  private static final long ANSWER_WITHIN_SECONDS = 30;
  private static final double NANOS_PER_SECOND = 1e9;

  private RawImport() {}

  /**
   * Publishes a file to a new stream. Returns the seconds from the first line to the last
   * acknowledgement.
   *
   * @param file JSON lines with an actorId, compressed with gzip
   */
  public static double seconds(String url, String stream, Path file)
      throws IOException, InterruptedException, JetStreamApiException {
    try (Connection connection = RawJetStream.connect(url);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      connection
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name(stream)
                  .subjects(stream + ".>")
                  .storageType(StorageType.File)
                  .build());
      return publish(connection, stream, lines);
    }
  }

  private static double publish(Connection connection, String stream, BufferedReader lines)
      throws IOException, InterruptedException {
    Semaphore room = new Semaphore(IN_FLIGHT);
    AtomicLong failed = new AtomicLong();
    long begun = System.nanoTime();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      JsonObject event = JsonParser.parseString(line).getAsJsonObject();
      take(room, 1);
      connection
          .jetStream()
          .publishAsync(
              stream + "." + event.get("actorId").getAsString(),
              line.getBytes(StandardCharsets.UTF_8))
          .whenComplete(
              (ack, thrown) -> {
                if (thrown != null) {
                  failed.incrementAndGet();
                }
                room.release();
              });
    }
    take(room, IN_FLIGHT);
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " publishes failed");
    }
    return (System.nanoTime() - begun) / NANOS_PER_SECOND;
  }

  private static void take(Semaphore room, int permits) throws InterruptedException {
    if (!room.tryAcquire(permits, ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no acknowledgement in time");
    }
  }
}
