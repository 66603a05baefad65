package dev.aether.server.security;

import com.nimbusds.jose.jwk.JWKSet;
import dev.aether.server.concurrent.Ticker;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer of JSON Web Tokens (RFC 7517), from a file or a URL. They are read
 * again regularly; if that fails, the old ones stay. Thread-safe.
 */
final class IssuerKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);

  /** How soon a new key of the issuer is known. Issuers publish a key well before they use it. */
  static final Duration FETCH_EVERY = Duration.ofMinutes(1);

  private static final Duration FETCH_WITHIN = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 1024 * 1024;

  private final @Nullable WatchedFiles<JWKSet> file;
  private final @Nullable Ticker ticker;
  private volatile JWKSet fetched = new JWKSet();

  /** Whether other keys were fetched since {@link #refresh} was called. */
  private final AtomicBoolean changed = new AtomicBoolean();

  /** Whether the latest fetch failed, so that the log says so once. Used by one thread. */
  private boolean failing;

  /**
   * Reads the keys for the first time. Blocks.
   *
   * @param source an https or http URL, or a file
   * @param every how often a URL is fetched again
   * @throws SecurityFileException if a file cannot be used, or the URL cannot be fetched
   */
  IssuerKeys(String source, Duration every) {
    if (!source.matches("https?://.*")) {
      Path path = Path.of(source);
      file =
          new WatchedFiles<>(
              "keys of the JWT issuer", List.of(path), () -> parse(source, Files.readString(path)));
      ticker = null;
      return;
    }
    file = null;
    URI url = URI.create(source);
    if (!"https".equals(url.getScheme()) && !isLoopback(url)) {
      throw new SecurityFileException(
          "the keys of the JWT issuer must be fetched over https, not from " + source);
    }
    HttpClient http = HttpClient.newBuilder().connectTimeout(FETCH_WITHIN).build();
    fetched = fetch(http, url);
    ticker = new Ticker("aether-jwks");
    ticker.every(every, "fetch the keys of the JWT issuer", () -> fetchAgain(http, url));
  }

  JWKSet present() {
    return file == null ? fetched : file.content();
  }

  /** Reads a changed file again. Returns whether there are new keys since the last call. */
  boolean refresh() {
    return file == null ? changed.getAndSet(false) : file.refresh();
  }

  private void fetchAgain(HttpClient http, URI url) {
    try {
      JWKSet next = fetch(http, url);
      if (failing) {
        LOG.info("the keys of the JWT issuer can be fetched again from {}", url);
      }
      failing = false;
      if (!next.toString().equals(fetched.toString())) {
        fetched = next;
        changed.set(true);
        AuditLog.changed("keys of the JWT issuer", "");
      }
    } catch (SecurityFileException e) {
      if (!failing) {
        LOG.warn("{}; the keys that are known stay in use", e.getMessage());
      }
      failing = true;
    }
  }

  private static boolean isLoopback(URI url) {
    return List.of("127.0.0.1", "localhost", "[::1]").contains(url.getHost());
  }

  private static JWKSet fetch(HttpClient http, URI url) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    CompletableFuture<HttpResponse<Void>> response =
        http.sendAsync(
            HttpRequest.newBuilder(url).timeout(FETCH_WITHIN).build(),
            HttpResponse.BodyHandlers.ofByteArrayConsumer(
                part -> part.ifPresent(bytes -> append(body, bytes))));
    try {
      // Java's own timeout ends with the headers.
      int status = response.get(FETCH_WITHIN.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status != 200) {
        throw new SecurityFileException(url + " answers with status " + status);
      }
      return parse(url.toString(), body.toString(StandardCharsets.UTF_8));
    } catch (ExecutionException | TimeoutException e) {
      response.cancel(true);
      throw new SecurityFileException(
          "cannot fetch the keys of the JWT issuer from " + url + ": " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecurityFileException("interrupted while fetching " + url, e);
    }
  }

  private static void append(ByteArrayOutputStream body, byte[] bytes) {
    if (body.size() + bytes.length > MAX_BYTES) {
      throw new IllegalStateException("the answer is larger than " + MAX_BYTES + " bytes");
    }
    body.writeBytes(bytes);
  }

  private static JWKSet parse(String source, String text) {
    try {
      JWKSet keys = JWKSet.parse(text).toPublicJWKSet();
      if (keys.isEmpty()) {
        throw new SecurityFileException(source + " has no public key");
      }
      return keys;
    } catch (ParseException e) {
      throw new SecurityFileException(source + " is not a JSON Web Key Set: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    Optional.ofNullable(ticker).ifPresent(Ticker::close);
  }
}
