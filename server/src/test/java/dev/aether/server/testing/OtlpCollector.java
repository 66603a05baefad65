package dev.aether.server.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;

/** An OpenTelemetry collector on a loopback port that keeps what it gets. Thread-safe. */
public final class OtlpCollector implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final List<ResourceSpans> received = new CopyOnWriteArrayList<>();
  private final List<Metric> metrics = new CopyOnWriteArrayList<>();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Semaphore answering;
  private final HttpServer server;

  private OtlpCollector(HttpServer server, boolean answers) {
    answering = new Semaphore(answers ? Integer.MAX_VALUE : 0);
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/v1/traces", this::receiveTraces);
    server.createContext("/v1/metrics", this::receiveMetrics);
    server.start();
  }

  /** Starts a collector on a free port. */
  public static OtlpCollector start() throws IOException {
    return new OtlpCollector(plain(0), true);
  }

  /** Starts a collector on a port. */
  public static OtlpCollector startOn(int port) throws IOException {
    return new OtlpCollector(plain(port), true);
  }

  /** Starts a collector that never answers. */
  public static OtlpCollector startSilent() throws IOException {
    return new OtlpCollector(plain(0), false);
  }

  /** Starts a collector that takes only TLS. */
  public static OtlpCollector startSecured(SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new OtlpCollector(server, true);
  }

  private static HttpServer plain(int port) throws IOException {
    return HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
  }

  /** Answers what a silent collector was sent, and from now on everything. */
  public void answer() {
    answering.release(Integer.MAX_VALUE / 2);
  }

  private void receiveTraces(HttpExchange exchange) throws IOException {
    receive(
        exchange,
        body -> received.addAll(ExportTraceServiceRequest.parseFrom(body).getResourceSpansList()));
  }

  private void receiveMetrics(HttpExchange exchange) throws IOException {
    receive(
        exchange,
        body ->
            ExportMetricsServiceRequest.parseFrom(body).getResourceMetricsList().stream()
                .flatMap(resource -> resource.getScopeMetricsList().stream())
                .forEach(scope -> metrics.addAll(scope.getMetricsList())));
  }

  /** Keeps the body of a request. */
  private interface Keeping {
    void keep(byte[] body) throws IOException;
  }

  private void receive(HttpExchange exchange, Keeping keeping) throws IOException {
    try (exchange) {
      boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
      InputStream raw = exchange.getRequestBody();
      byte[] body = (zipped ? new GZIPInputStream(raw) : raw).readAllBytes();
      answering.acquire();
      authorizations.add(
          exchange.getRequestURI().getPath()
              + " "
              + exchange.getRequestHeaders().getFirst("authorization"));
      keeping.keep(body);
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What {@code --otlp} is to be. */
  public URI url() {
    String scheme = server instanceof HttpsServer ? "https" : "http";
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * The path and the header {@code authorization} of each request, in the order of their arrival.
   */
  public List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  /** What was received so far, in the order of its arrival. */
  public List<ResourceSpans> received() {
    return List.copyOf(received);
  }

  /** The spans that were received so far. */
  public List<Span> spans() {
    return received.stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** The metrics that were received so far, in the order of their arrival. */
  public List<Metric> metrics() {
    return List.copyOf(metrics);
  }

  /** Waits for a span. */
  public Span await(Predicate<Span> wanted) {
    Await.until("a span", BOUND, () -> spans().stream().anyMatch(wanted));
    return spans().stream().filter(wanted).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
