package dev.aether.server.cli;

import dev.aether.server.ServerConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for sending traces to a collector. */
final class OtlpFlags {
  @Option(
      names = "--otlp",
      paramLabel = "URL",
      description =
          "Send traces to the OpenTelemetry collector at this URL, as OTLP over HTTP, for example"
              + " http://127.0.0.1:4318. Default: no traces")
  private @Nullable String url;

  @Option(
      names = "--trace-sample",
      paramLabel = "RATIO",
      defaultValue = "1",
      description =
          "The part of the calls without a traceparent that are traced, 0 to 1. The sampled flag of a"
              + " traceparent decides about all others. Requires --otlp. Default: ${DEFAULT-VALUE}")
  private double ratio = 1;

  /** The collector, if there is one. */
  Optional<ServerConfig.Otlp> config() {
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new UsageException("--trace-sample must be 0 to 1");
    }
    return Optional.ofNullable(url).map(text -> new ServerConfig.Otlp(collector(text), ratio));
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
