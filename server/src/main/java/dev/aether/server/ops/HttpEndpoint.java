package dev.aether.server.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The HTTP endpoint for orchestrators: {@code /healthz} reports that the process is alive, {@code
 * /readyz} whether it can serve, and {@code /readyz/saves} whether it also accepts saves.
 */
public final class HttpEndpoint implements AutoCloseable {
  private static final String SAVES = "/readyz/saves";
  private static final String OK = "ok";
  private static final int BACKLOG = 64;
  private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /**
   * The most requests at a time. A request that is sent only in part occupies a thread for {@link
   * #REQUEST_WITHIN_SECONDS}; connections above the limit are closed without an answer.
   */
  private static final int MAX_REQUESTS = 64;

  private static final int REQUEST_WITHIN_SECONDS = 5;

  /**
   * Those that send nothing are closed after 30 to 40 s. Many, since whoever takes all of them
   * keeps health checks from being answered.
   */
  private static final int MAX_CONNECTIONS = 2048;

  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final Duration IDLE_THREADS_LIVE = Duration.ofSeconds(10);

  private final HttpServer server;
  private final ExecutorService executor;

  /**
   * Starts to listen and serve.
   *
   * @param outage why the node cannot serve; empty if it can
   * @param saveOutage why it refuses saves although it serves; empty if it accepts them
   * @param damage what the store has lost, as text for people; the node serves nevertheless
   * @param keys the server's certificate; empty for plain text
   * @throws IOException if it cannot listen on the address
   */
  public HttpEndpoint(
      InetSocketAddress listen,
      Supplier<Optional<String>> outage,
      Supplier<Optional<String>> saveOutage,
      Supplier<List<String>> damage,
      Optional<X509ExtendedKeyManager> keys)
      throws IOException {
    setLimits();
    server = create(listen, keys);
    executor =
        new ThreadPoolExecutor(
            0,
            MAX_REQUESTS,
            IDLE_THREADS_LIVE.toSeconds(),
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "aether-http");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    server.setExecutor(executor);
    server.createContext(
        "/healthz", exchange -> answer(exchange, "/healthz", Optional.empty(), OK));
    server.createContext(
        "/readyz",
        exchange ->
            answer(
                exchange,
                "/readyz",
                outage.get(),
                saveOutage.get().map(why -> "ok, but saves are refused: " + why).orElse(OK)
                    + lines(damage.get())));
    server.createContext(
        SAVES, exchange -> answer(exchange, SAVES, outage.get().or(saveOutage), OK));
    server.start();
  }

  private static HttpServer create(InetSocketAddress listen, Optional<X509ExtendedKeyManager> keys)
      throws IOException {
    if (keys.isEmpty()) {
      return HttpServer.create(listen, BACKLOG);
    }
    HttpsServer server = HttpsServer.create(listen, BACKLOG);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys.get()}, null, null);
      server.setHttpsConfigurator(
          new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
              parameters.setProtocols(TLS_VERSIONS.clone());
            }
          });
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
    return server;
  }

  /**
   * The JDK's server takes its limits only from system properties, once in a process. Without them,
   * it waits forever for a request, and has any number of connections.
   */
  private static void setLimits() {
    setLimit("sun.net.httpserver.maxReqTime", REQUEST_WITHIN_SECONDS);
    setLimit("sun.net.httpserver.maxReqHeaderSize", MAX_HEADER_BYTES);
    setLimit("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
  }

  private static void setLimit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  private static String lines(List<String> damage) {
    return damage.stream().map(line -> "\ndamaged: " + line).collect(Collectors.joining());
  }

  private static void answer(
      HttpExchange exchange, String path, Optional<String> trouble, String well)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      int status = trouble.isEmpty() ? 200 : 503;
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
        return;
      }
      byte[] body = (trouble.orElse(well) + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The address that it listens on. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
  }
}
