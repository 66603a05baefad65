package dev.aether.server.store.jetstream.wire;

import io.nats.client.impl.Headers;
import io.nats.client.impl.NatsMessage;
import io.nats.client.support.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A response that came on a {@link LoopConnection}. jnats decodes all headers of a message, and
 * keeps them in a map of lists; of the seven of a direct get, four are needed, and once. So a
 * header is decoded here when it is asked for. Thread-safe.
 */
final class LoopResponse extends NatsMessage {
  /** What the headers begin with; a space, a code and a text follow if it is a status. */
  private static final String PROTOCOL = "NATS/1.0";

  private static final int CODE_DIGITS = 3;
  private static final int USUAL_LINES = 12;

  private final byte[] head;

  /** Found when the first header is asked for; null before. */
  private int @Nullable [] lines;

  /**
   * @param head the headers as they were received; empty if there are none
   */
  LoopResponse(byte[] head, byte[] body) {
    super(body);
    this.head = head;
  }

  /** The value of the first header with a name; null if there is none. */
  @Nullable String header(String name) {
    int[] begins = lines();
    for (int i = 0; i + 1 < begins.length; i++) {
      int colon = begins[i] + name.length();
      if (colon < begins[i + 1] && head[colon] == ':' && startsWith(begins[i], name)) {
        return text(colon + 1, begins[i + 1]);
      }
    }
    return null;
  }

  /** Where the lines after the first begin, and where the last one ends. */
  private int[] lines() {
    int[] found = lines;
    if (found == null) {
      found = new int[USUAL_LINES];
      int count = 0;
      for (int line = after(0); line <= head.length; line = after(line)) {
        if (count == found.length) {
          found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = line;
      }
      found = Arrays.copyOf(found, count);
      lines = found;
    }
    return found;
  }

  private boolean startsWith(int from, String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      if (head[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Where the line after this one begins. */
  private int after(int line) {
    int at = line;
    while (at < head.length && head[at] != '\n') {
      at++;
    }
    return at + 1;
  }

  private String text(int from, int to) {
    int end = Math.min(to, head.length);
    return from >= end ? "" : new String(head, from, end - from, StandardCharsets.UTF_8).strip();
  }

  @Override
  public boolean hasHeaders() {
    return head.length > 0;
  }

  @Override
  public @Nullable Headers getHeaders() {
    if (!hasHeaders()) {
      return null;
    }
    Headers all = new Headers();
    int[] begins = lines();
    for (int i = 0; i + 1 < begins.length; i++) {
      String text = text(begins[i], begins[i + 1]);
      int colon = text.indexOf(':');
      if (colon > 0) {
        all.add(text.substring(0, colon), text.substring(colon + 1).strip());
      }
    }
    return all;
  }

  @Override
  public boolean isStatusMessage() {
    return getStatus() != null;
  }

  @Override
  public @Nullable Status getStatus() {
    int begin = PROTOCOL.length() + 1;
    String line = text(begin, after(0));
    if (line.isEmpty()) {
      return null;
    }
    int end = Math.min(CODE_DIGITS, line.length());
    try {
      return new Status(Integer.parseInt(line.substring(0, end)), line.substring(end).strip());
    } catch (NumberFormatException e) {
      throw JetStreamFailure.notDelivered("a response has the status " + line);
    }
  }
}
