package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.format.CommitHeader;
import io.nats.client.impl.Headers;
import java.nio.charset.StandardCharsets;

/**
 * The headers of a conditional publish, as the bytes to be sent. The headers of jnats keep a list
 * per name in two maps, check each character, and are copied with each message, which takes a tenth
 * of a node's work for a save. These headers cannot be read.
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
   * Headers with only the condition.
   *
   * @param stream the stream to publish to
   * @param sequence of the subject's last message; 0: there must be none
   */
  public static PublishHeaders expecting(String stream, long sequence) {
    return new PublishHeaders(START + sequence + EXPECTED_STREAM + stream + END);
  }

  /** Headers with the condition, and what must be known about a commit without its body. */
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

  /**
   * The same headers for a message of an atomic batch.
   *
   * @param number the message's number in the batch, from 1
   * @param isLast whether the message completes the batch, so that it is stored
   */
  PublishHeaders inBatch(String batch, int number, boolean isLast) {
    String own = new String(bytes, 0, bytes.length - END.length(), StandardCharsets.US_ASCII);
    return new PublishHeaders(
        own
            + "\r\nNats-Batch-Id:"
            + batch
            + "\r\nNats-Batch-Sequence:"
            + number
            + (isLast ? "\r\nNats-Batch-Commit:1" : "")
            + END);
  }

  /** Prevents a copy by jnats. */
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
