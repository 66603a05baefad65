package dev.aether.server.ops;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** An answer of the HTTP endpoint, which is in memory as a whole. Immutable. */
public final class HttpAnswer {
  private final int status;
  private final byte[] body;
  private final Map<String, String> headers;

  private HttpAnswer(int status, byte[] body, Map<String, String> headers) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  /** Plain text, to which a line end is added. */
  public static HttpAnswer text(int status, String text) {
    return of(status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A document of JSON. */
  public static HttpAnswer json(int status, String document) {
    return of(status, "application/json", document.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Any content.
   *
   * @param body must not be changed afterwards
   */
  public static HttpAnswer of(int status, String contentType, byte[] body) {
    return new HttpAnswer(status, body, Map.of("Content-Type", contentType));
  }

  /** This answer with one more header. */
  public HttpAnswer with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new HttpAnswer(status, body, Map.copyOf(more));
  }

  int status() {
    return status;
  }

  byte[] body() {
    return body;
  }

  Map<String, String> headers() {
    return headers;
  }
}
