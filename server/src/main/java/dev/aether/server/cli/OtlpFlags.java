package dev.aether.server.cli;

import dev.aether.server.ServerConfig.Otlp;
import dev.aether.server.ServerConfig.Otlp.Signal;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for sending traces and metrics to a collector. */
final class OtlpFlags {
  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description =
          "Send traces and metrics to the OpenTelemetry collector at this URL, as OTLP over HTTP, for"
              + " example http://127.0.0.1:4318. Default: send nothing")
  private @Nullable String url;

  @Option(
      names = "--otlp-signals",
      paramLabel = "SIGNALS",
      split = ",",
      defaultValue = "traces,metrics",
      description =
          "What to send: traces, metrics, or both. Metrics are those of /metrics, every 15 seconds."
              + " Requires --otlp. Default: ${DEFAULT-VALUE}")
  private Set<SentSignal> signals = EnumSet.allOf(SentSignal.class);

  /** The values of --otlp-signals. */
  enum SentSignal {
    traces(Signal.TRACES),
    metrics(Signal.METRICS);

    private final Signal signal;

    SentSignal(Signal signal) {
      this.signal = signal;
    }
  }

  @Option(
      names = "--otlp-headers-file",
      paramLabel = "FILE",
      description =
          "Send the headers of this file with each request to the collector: one NAME: VALUE per"
              + " line, such as \"authorization: Bearer TOKEN\". The file is read again when it changes."
              + " Requires --otlp.")
  private @Nullable Path headers;

  @Option(
      names = "--otlp-tls-ca",
      paramLabel = "FILE",
      description =
          "Verify the collector with these CA certificates (PEM). Requires --otlp with https://."
              + " Default: those of the JDK")
  private @Nullable Path authorities;

  @Option(
      names = "--trace-sample",
      paramLabel = "RATIO",
      defaultValue = "1",
      description =
          "The fraction, 0 to 1, of calls without a traceparent that are traced. For other calls, the"
              + " sampled flag of their traceparent decides. Requires --otlp. Default:"
              + " ${DEFAULT-VALUE}")
  private double ratio = 1;

  /**
   * The collector, if there is one.
   *
   * @throws UsageException if options do not fit together
   */
  Optional<Otlp> config() {
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new UsageException("--trace-sample must be 0 to 1");
    }
    if (url == null) {
      if (headers != null || authorities != null) {
        throw new UsageException(
            (headers == null ? "--otlp-tls-ca" : "--otlp-headers-file") + " requires --otlp");
      }
      return Optional.empty();
    }
    URI collector = collector(url);
    boolean isEncrypted = "https".equals(collector.getScheme());
    if (authorities != null && !isEncrypted) {
      throw new UsageException("--otlp-tls-ca requires an --otlp with https://");
    }
    if (headers != null && !isEncrypted && !ServerOptions.isLoopback(collector.getHost())) {
      throw new UsageException(
          "the headers of --otlp-headers-file are sent only with https:// to "
              + collector.getHost());
    }
    return Optional.of(
        new Otlp(
            collector,
            sent(),
            ratio,
            Optional.ofNullable(headers),
            Optional.ofNullable(authorities)));
  }

  private Set<Signal> sent() {
    return signals.stream().map(each -> each.signal).collect(Collectors.toSet());
  }

  private static URI collector(String text) {
    try {
      URI uri = new URI(text);
      boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (isHttp
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Reported below.
    }
    throw new UsageException("--otlp must be a URL such as http://127.0.0.1:4318");
  }
}
