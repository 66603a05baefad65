package dev.aether.server.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * HTTP for orchestrators: {@code /healthz} says that the process lives, {@code /readyz} whether it
 * can serve.
 */
public final class HttpEndpoint implements AutoCloseable {
  private static final int BACKLOG = 64;

  private final HttpServer server;
  private final ExecutorService executor;

  /**
   * Listens and serves.
   *
   * @param outage why the node can't serve now; empty if it can
   * @throws IOException if the address can't be listened on
   */
  public HttpEndpoint(InetSocketAddress listen, Supplier<Optional<String>> outage)
      throws IOException {
    server = HttpServer.create(listen, BACKLOG);
    executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "aether-http");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(executor);
    server.createContext("/healthz", exchange -> answer(exchange, "/healthz", Optional.empty()));
    server.createContext("/readyz", exchange -> answer(exchange, "/readyz", outage.get()));
    server.start();
  }

  private static void answer(HttpExchange exchange, String path, Optional<String> trouble)
      throws IOException {
    try (exchange) {
      if (!exchange.getRequestURI().getPath().equals(path)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      byte[] body = (trouble.orElse("ok") + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      exchange.sendResponseHeaders(trouble.isEmpty() ? 200 : 503, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdown();
  }
}
