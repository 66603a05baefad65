package dev.aether.server.testing;

import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Damages a stored message as a disk or a foreign program might: the stream is filled anew with
 * what it had, the one message changed. Nobody may write meanwhile.
 */
public final class Damage {
  private static final String COMMIT_HEADER = "Aether-Commit";

  private Damage() {}

  /** What of the message is damaged. */
  public enum Part {
    HEADER,
    BODY
  }

  /** The stream that is a namespace's log. */
  public static String logOf(TestNatsServer nats, String namespace) throws Exception {
    try (Connection connection = Nats.connect(nats.url())) {
      return connection.jetStreamManagement().getStreamNames().stream()
          .filter(name -> name.startsWith("AETHER-") && name.endsWith("-0-" + namespace))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Damages the message with a sequence; the stream has no gaps. */
  public static void damage(TestNatsServer nats, String stream, long sequence, Part part)
      throws Exception {
    try (Connection connection = Nats.connect(nats.url())) {
      JetStreamManagement management = connection.jetStreamManagement();
      long last = management.getStreamInfo(stream).getStreamState().getLastSequence();
      List<MessageInfo> messages = new ArrayList<>();
      for (long at = 1; at <= last; at++) {
        messages.add(management.getMessage(stream, at));
      }
      StreamConfiguration config = management.getStreamInfo(stream).getConfiguration();
      management.deleteStream(stream);
      management.addStream(config);
      for (MessageInfo message : messages) {
        boolean chosen = message.getSeq() == sequence;
        String header = message.getHeaders().getFirst(COMMIT_HEADER);
        byte[] body = message.getData();
        connection
            .jetStream()
            .publish(
                message.getSubject(),
                new Headers()
                    .put(COMMIT_HEADER, chosen && part == Part.HEADER ? "garbage" : header),
                chosen && part == Part.BODY ? "garbage".getBytes(StandardCharsets.UTF_8) : body);
      }
    }
  }
}
