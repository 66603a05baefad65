package dev.aether.server.ops;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.Security;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP endpoint: a router for pages that are only read. It tells who asks for a page, and
 * answers if the caller may see it. Thread-safe.
 */
public final class HttpEndpoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
  private static final int BACKLOG = 64;
  private static final Set<String> METHODS = Set.of("GET", "HEAD");

  /** Browsers only know Basic. The realm is what they show to people. */
  private static final String CHALLENGE =
      "Basic realm=\"Aether: any name, and a token as the password\", Bearer realm=\"Aether\"";

  private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  /**
   * The most requests at a time. A request that is sent only in part occupies a thread for {@link
   * #REQUEST_WITHIN_SECONDS}; connections above the limit are closed without an answer.
   */
  private static final int MAX_REQUESTS = 64;

  private static final int REQUEST_WITHIN_SECONDS = 5;

  /** The time to make an answer and to send it. Afterwards the connection is closed. */
  private static final int ANSWER_WITHIN_SECONDS = 60;

  /** The most requests at a time for pages that are not probes, which need the other threads. */
  static final int MAX_PAGES = 32;

  /** Of a path in the audit log. */
  private static final int MAX_PATH = 200;

  /**
   * Those that send nothing are closed after 30 to 40 s. Many, since whoever takes all of them
   * keeps health checks from being answered.
   */
  private static final int MAX_CONNECTIONS = 2048;

  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final Duration IDLE_THREADS_LIVE = Duration.ofSeconds(10);

  private final HttpServer server;
  private final ExecutorService executor;
  private final HttpAccess access;
  private final List<Route> routes;
  private final Semaphore pages = new Semaphore(MAX_PAGES);

  /**
   * Starts to listen and serve.
   *
   * @param routes the pages; everything else is answered with 404
   * @param security the server's certificate, and who may do what
   * @throws IOException if it cannot listen on the address
   */
  public HttpEndpoint(InetSocketAddress listen, List<Route> routes, Security security)
      throws IOException {
    setLimits();
    this.routes =
        routes.stream()
            .sorted(Comparator.comparingInt((Route route) -> route.path().length()).reversed())
            .toList();
    access = new HttpAccess(security.rules(), listen);
    server = create(listen, security);
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
    server.createContext("/", this::serve);
    server.start();
  }

  private static HttpServer create(InetSocketAddress listen, Security security) throws IOException {
    Optional<X509ExtendedKeyManager> keys = security.keys();
    if (keys.isEmpty()) {
      return HttpServer.create(listen, BACKLOG);
    }
    Optional<X509ExtendedTrustManager> clients = security.clients();
    HttpsServer server = HttpsServer.create(listen, BACKLOG);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {keys.get()},
          clients.map(trust -> new TrustManager[] {trust}).orElse(null),
          null);
      server.setHttpsConfigurator(
          new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
              SSLParameters tls = context.getDefaultSSLParameters();
              tls.setProtocols(TLS_VERSIONS.clone());
              // Optional, since orchestrators have none, and others may send a token.
              tls.setWantClientAuth(clients.isPresent());
              parameters.setSSLParameters(tls);
            }
          });
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be used: " + e.getMessage(), e);
    }
    return server;
  }

  /**
   * The JDK's server takes its limits only from system properties, once in a process. Without them,
   * it waits forever for a request or to send an answer, and has any number of connections.
   */
  private static void setLimits() {
    setLimit("sun.net.httpserver.maxReqTime", REQUEST_WITHIN_SECONDS);
    setLimit("sun.net.httpserver.maxRspTime", ANSWER_WITHIN_SECONDS);
    setLimit("sun.net.httpserver.maxReqHeaderSize", MAX_HEADER_BYTES);
    setLimit("jdk.httpserver.maxConnections", MAX_CONNECTIONS);
  }

  private static void setLimit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      send(exchange, answer(exchange));
    }
  }

  private HttpAnswer answer(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    Optional<Route> route =
        routes.stream().filter(each -> path != null && each.answersFor(path)).findFirst();
    if (route.isEmpty()) {
      return HttpAnswer.text(404, "no such page");
    }
    if (!METHODS.contains(exchange.getRequestMethod())) {
      return HttpAnswer.text(405, "only GET and HEAD").with("Allow", "GET, HEAD");
    }
    if (route.get().isProbe()) {
      return answer(exchange, route.get());
    }
    if (access.isForAnotherSite(exchange)) {
      return HttpAnswer.text(421, "use the address of this node, or localhost");
    }
    if (!pages.tryAcquire()) {
      return HttpAnswer.text(503, "overloaded").with("Retry-After", "1");
    }
    try {
      return answer(exchange, route.get());
    } finally {
      pages.release();
    }
  }

  private HttpAnswer answer(HttpExchange exchange, Route route) {
    HttpCaller caller = HttpCaller.ANYBODY;
    try {
      caller = access.identify(exchange, route.need());
      HttpAccess.check(caller, route.need());
      return route
          .handler()
          .answer(new HttpQuestion(exchange.getRequestURI(), exchange.getRequestHeaders(), caller));
    } catch (StoreException e) {
      return refusal(exchange, caller, e);
    } catch (RuntimeException e) {
      LOG.error("a page was not answered because of a bug in this server: {}", route.path(), e);
      return HttpAnswer.text(500, "internal error, see the log of this node");
    }
  }

  private static HttpAnswer refusal(HttpExchange exchange, HttpCaller caller, StoreException e) {
    boolean stranger = e.reason() == Reason.UNAUTHENTICATED;
    if (!stranger && e.reason() != Reason.PERMISSION_DENIED) {
      return HttpAnswer.text(status(e.reason()), String.valueOf(e.getMessage()));
    }
    String path = exchange.getRequestURI().getPath();
    AuditLog.call(
        e.reason().name(),
        caller.name().orElse(""),
        String.valueOf(exchange.getRemoteAddress()),
        "HTTP " + path.substring(0, Math.min(path.length(), MAX_PATH)),
        e.metadata().getOrDefault("namespace", ""));
    HttpAnswer answer = HttpAnswer.text(stranger ? 401 : 403, String.valueOf(e.getMessage()));
    return stranger ? answer.with("WWW-Authenticate", CHALLENGE) : answer;
  }

  private static int status(Reason reason) {
    return switch (reason) {
      case INVALID_REQUEST, CURSOR_UNKNOWN -> 400;
      case NAMESPACE_NOT_FOUND -> 404;
      case CURSOR_EXPIRED, HISTORY_TRIMMED -> 410;
      case CORRUPT_RECORD -> 500;
      default -> 503;
    };
  }

  private static void send(HttpExchange exchange, HttpAnswer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    answer.headers().forEach(headers::set);
    byte[] body = answer.body();
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
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
