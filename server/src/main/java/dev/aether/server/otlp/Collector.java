package dev.aether.server.otlp;

import dev.aether.server.security.ClientTls;
import dev.aether.server.security.HeadersFile;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.resources.Resource;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;

/** An OpenTelemetry collector, and how this node presents itself to it. Immutable. */
public final class Collector {
  /** How long one request may take. */
  static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** For a collector that restarts. A longer outage loses spans. */
  static final RetryPolicy RETRIES =
      RetryPolicy.builder()
          .setMaxAttempts(3)
          .setInitialBackoff(Duration.ofMillis(200))
          .setMaxBackoff(Duration.ofSeconds(1))
          .build();

  /**
   * OpenTelemetry's own logs repeat each failure, which is a condition of the node. The field keeps
   * the loggers, which the JDK would otherwise forget together with their level.
   */
  private static final List<java.util.logging.Logger> OWN_LOGS =
      Stream.of(
              "io.opentelemetry.exporter",
              "io.opentelemetry.sdk.metrics.export.PeriodicMetricReader")
          .map(java.util.logging.Logger::getLogger)
          .toList();

  static {
    OWN_LOGS.forEach(log -> log.setLevel(Level.OFF));
  }

  private final String url;
  private final String version;
  private final Resource resource;
  private final Optional<HeadersFile> headers;
  private final Optional<ClientTls> tls;

  /** Names a collector that wants no headers, and that the authorities of the JDK verify. */
  public Collector(URI url, String nodeId, String version) {
    this(url, nodeId, version, Optional.empty(), Optional.empty());
  }

  /**
   * Names a collector; connects to nothing.
   *
   * @param url where it takes OTLP over HTTP, without a path such as {@code /v1/traces}
   * @param nodeId the name of this node
   * @param version the version of Aether
   * @param headers what each request has; empty for nothing
   * @param tls verifies the collector; empty for the authorities of the JDK
   */
  public Collector(
      URI url,
      String nodeId,
      String version,
      Optional<HeadersFile> headers,
      Optional<ClientTls> tls) {
    String text = url.toString();
    this.url = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    this.version = version;
    this.headers = headers;
    this.tls = tls;
    resource =
        Resource.getDefault()
            .merge(
                Resource.create(
                    Attributes.builder()
                        .put("service.name", "aether")
                        .put("service.instance.id", nodeId)
                        .put("service.version", version)
                        .build()));
  }

  /** Where it takes a signal, which is {@code traces} or {@code metrics}. */
  String endpoint(String signal) {
    return url + "/v1/" + signal;
  }

  /** The headers of the next request. Reads their file again if it has changed. */
  Map<String, String> headers() {
    return headers.map(HeadersFile::headers).orElse(Map.of());
  }

  /** Tells an exporter how the collector is verified, unless the JDK decides that. */
  void secure(BiConsumer<SSLContext, X509TrustManager> exporter) {
    tls.ifPresent(
        how -> how.verifier().ifPresent(verifier -> exporter.accept(how.context(), verifier)));
  }

  /** The version of Aether. */
  String version() {
    return version;
  }

  /** This node, as the collector sees it. */
  Resource resource() {
    return resource;
  }

  @Override
  public String toString() {
    return url;
  }
}
