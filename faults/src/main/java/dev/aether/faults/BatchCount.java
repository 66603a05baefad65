package dev.aether.faults;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * How the commits came into JetStream, which keeps the header of atomic batches.
 *
 * @param messages in all streams
 * @param grouped those that were published in a batch
 * @param batches how many batches
 */
public record BatchCount(long messages, long grouped, long batches) {
  private static final String BATCH_ID = "Nats-Batch-Id";
  private static final Duration MESSAGE_WITHIN = Duration.ofSeconds(20);

  /**
   * Reads the headers of all messages.
   *
   * @throws IOException if NATS cannot be reached, or does not deliver them
   */
  @SuppressWarnings("try") // The connection may throw InterruptedException when it is closed.
  public static BatchCount of(String url) throws IOException, InterruptedException {
    Options options =
        Options.builder()
            .server(url)
            .errorListener(new ErrorListener() {}) // the default one prints
            .build();
    try (Connection connection = Nats.connect(options)) {
      JetStreamManagement management = connection.jetStreamManagement();
      long messages = 0;
      long grouped = 0;
      Set<String> ids = new HashSet<>();
      for (String stream : management.getStreamNames()) {
        long count = management.getStreamInfo(stream).getStreamState().getMsgCount();
        JetStreamSubscription all = connection.jetStream().subscribe(null, headersOf(stream));
        for (long i = 0; i < count; i++) {
          Message message = all.nextMessage(MESSAGE_WITHIN);
          if (message == null) {
            throw new IOException(stream + " delivered " + i + " of " + count + " messages");
          }
          messages++;
          Headers headers = message.getHeaders();
          if (headers != null && headers.containsKey(BATCH_ID)) {
            grouped++;
            ids.add(headers.getFirst(BATCH_ID));
          }
        }
        all.unsubscribe();
      }
      return new BatchCount(messages, grouped, ids.size());
    } catch (JetStreamApiException e) {
      throw new IOException(e);
    }
  }

  private static PushSubscribeOptions headersOf(String stream) {
    return PushSubscribeOptions.builder().stream(stream)
        .ordered(true)
        .configuration(ConsumerConfiguration.builder().headersOnly(true).build())
        .build();
  }
}
