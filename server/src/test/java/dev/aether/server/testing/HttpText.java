package dev.aether.server.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Gets pages of a node's HTTP endpoint as text. */
public final class HttpText {
  private static final Duration WITHIN = Duration.ofSeconds(20);

  private HttpText() {}

  /** Returns the body of the response, whatever its status. */
  public static String get(HttpClient client, URI url) {
    try {
      return client
          .send(HttpRequest.newBuilder(url).timeout(WITHIN).build(), BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
