package dev.aether.server.ops;

import com.sun.net.httpserver.Headers;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A GET or HEAD request, whose caller may ask for the page. Immutable. */
public final class HttpQuestion {
  private final URI uri;
  private final Headers headers;
  private final HttpCaller caller;

  HttpQuestion(URI uri, Headers headers, HttpCaller caller) {
    this.uri = uri;
    this.headers = headers;
    this.caller = caller;
  }

  /** The path, decoded. */
  public String path() {
    return uri.getPath();
  }

  /** Who asks. */
  public HttpCaller caller() {
    return caller;
  }

  /**
   * The first value of a parameter of the query, decoded; empty if it is missing or cannot be
   * decoded.
   */
  public Optional<String> parameter(String name) {
    String query = uri.getRawQuery();
    if (query == null) {
      return Optional.empty();
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      if (decoded(key).filter(name::equals).isPresent()) {
        return decoded(equals < 0 ? "" : pair.substring(equals + 1));
      }
    }
    return Optional.empty();
  }

  /** The first value of a header. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.getFirst(name));
  }

  private static Optional<String> decoded(String text) {
    try {
      return Optional.of(URLDecoder.decode(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
