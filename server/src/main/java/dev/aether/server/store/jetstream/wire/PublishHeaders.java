package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.format.CommitHeader;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;

/**
 * The headers of a message that JetStream shall take only under a condition, as the bytes that go
 * out. jnats' own keep a list for each name in two maps, check every character, and are copied with
 * each message: a tenth of what a node does for a save. Nothing can be read from these.
 */
public final class PublishHeaders extends Headers {
  private static final String START = "NATS/1.0\r\nNats-Expected-Last-Subject-Sequence:";
  private static final String EXPECTED_STREAM = "\r\nNats-Expected-Stream:";
  private static final String END = "\r\n\r\n";

  private final byte[] bytes;

  private PublishHeaders(String text) {
    bytes = text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * With the condition alone.
   *
   * @param stream that the message is for
   * @param sequence of the subject's last message; 0: it has none
   */
  public static PublishHeaders expecting(String stream, long sequence) {
    return new PublishHeaders(START + sequence + EXPECTED_STREAM + stream + END);
  }

  /** With what is to be known of a commit without its body. */
  public static PublishHeaders expecting(String stream, long sequence, CommitHeader commit) {
    return new PublishHeaders(
        START
            + sequence
            + EXPECTED_STREAM
            + stream
            + "\r\n"
            + CommitHeader.NAME
            + ':'
            + commit.format()
            + END);
  }

  /** So that jnats makes no copy. */
  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public boolean isEmpty() {
    return false;
  }

  @Override
  public int serializedLength() {
    return bytes.length;
  }

  @Override
  public int serializeToArray(int position, byte[] destination) {
    System.arraycopy(bytes, 0, destination, position, bytes.length);
    return bytes.length;
  }
}
