package dev.aether.server.cli;

import dev.aether.server.cli.top.NodeView;
import dev.aether.server.cli.top.Samples;
import dev.aether.server.security.ClientTls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what nodes do, from their metrics. */
@Command(
    name = "top",
    description =
        "Show what nodes do: saves, conflicts, latencies, subscriptions, and problems. Exit code 4 if"
            + " no node can be reached.",
    footer = {
      "",
      "Reads /metrics of each node. On a screen it shows the latest state, elsewhere it prints one"
          + " after another, until Ctrl-C or --count. On a node with authentication, the caller"
          + " needs the right monitor on all namespaces."
    })
final class TopCommand implements Callable<Integer> {
  private static final Duration WITHIN = Duration.ofSeconds(5);
  private static final Duration SHORTEST = Duration.ofMillis(100);

  /** Clears the screen and begins at its top. */
  private static final String CLEAR = "\u001b[H\u001b[2J";

  private static final int STANDARD_OUTPUT = 1;
  private static final int OK = 200;
  private static final int NOT_IDENTIFIED = 401;
  private static final int FORBIDDEN = 403;

  private final Terminal terminal;
  private final Map<String, Samples> before = new HashMap<>();

  @Option(
      names = "--http",
      paramLabel = "URL",
      split = ",",
      defaultValue = "http://127.0.0.1:7451",
      description =
          "The HTTP addresses of nodes (serve --http), separated by commas. Default:"
              + " ${DEFAULT-VALUE}")
  private List<String> nodes = new ArrayList<>();

  @Option(
      names = "--every",
      paramLabel = "TIME",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description = "The refresh interval. Default: ${DEFAULT-VALUE}")
  private Duration every = Duration.ofSeconds(2);

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "0",
      description = "End after N states; 0 means never. Default: ${DEFAULT-VALUE}")
  private int count;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description =
          "Verify nodes with https by the authorities of this file (PEM) instead of those of the"
              + " JDK.")
  private @Nullable Path authorities;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "Send the token in this file, to nodes with https and on this machine.")
  private @Nullable Path token;

  TopCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (every.compareTo(SHORTEST) < 0 || count < 0) {
      throw new UsageException("--every must be at least 100ms, and --count not negative");
    }
    List<URI> uris = nodes.stream().map(TopCommand::uri).toList();
    uris.forEach(this::checkToken);
    HttpClient http = client();
    boolean onScreen = terminal.screens().isScreen(STANDARD_OUTPUT);
    Output out = new Output(terminal.out());
    boolean reached = false;
    uris.forEach(uri -> read(http, uri));
    for (int shown = 0; count == 0 || shown < count; shown++) {
      Thread.sleep(every.toMillis());
      List<String> lines = new ArrayList<>();
      lines.add(
          (onScreen ? CLEAR : "")
              + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
      for (URI uri : uris) {
        Optional<Samples> earlier = Optional.ofNullable(before.get(uri.toString()));
        Reading reading = read(http, uri);
        lines.add(uri + reading.trouble().map(why -> ": " + why).orElse(""));
        if (reading.samples().isPresent()) {
          reached = true;
          Samples now = reading.samples().get();
          lines.addAll(
              earlier.map(then -> new NodeView(then, now).lines()).orElse(List.of("  just found")));
        }
      }
      lines.forEach(out::line);
      out.flush();
    }
    return reached ? ExitCode.DONE : ExitCode.UNREACHABLE;
  }

  private record Reading(Optional<Samples> samples, Optional<String> trouble) {}

  private Reading read(HttpClient http, URI node) {
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(node.resolve("/metrics")).timeout(WITHIN);
      token().ifPresent(text -> request.header("Authorization", "Bearer " + text));
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() != OK) {
        before.remove(node.toString());
        return new Reading(Optional.empty(), Optional.of(refusal(answer.statusCode())));
      }
      Samples samples = Samples.parse(answer.body(), System.nanoTime());
      before.put(node.toString(), samples);
      return new Reading(Optional.of(samples), Optional.empty());
    } catch (IOException e) {
      before.remove(node.toString());
      String why = Optional.ofNullable(e.getMessage()).orElse("cannot be reached");
      return new Reading(Optional.empty(), Optional.of(why));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted");
    }
  }

  private static String refusal(int status) {
    return switch (status) {
      case NOT_IDENTIFIED -> "needs a token (--token-file)";
      case FORBIDDEN -> "the token has no right monitor on all namespaces";
      default -> "HTTP " + status;
    };
  }

  private Optional<String> token() {
    try {
      return token == null ? Optional.empty() : Optional.of(Files.readString(token).strip());
    } catch (IOException e) {
      throw new CommandFailedException("cannot read --token-file " + token, e);
    }
  }

  private HttpClient client() {
    HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(WITHIN);
    Path file = authorities;
    if (file != null) {
      client.sslContext(new ClientTls("nodes", Optional.of(file), Optional.empty()).context());
    }
    return client.build();
  }

  /** A token is not sent in plain text to other machines. */
  private void checkToken(URI node) {
    if (token != null
        && !"https".equals(node.getScheme())
        && !ServerOptions.isLoopback(node.getHost())) {
      throw new UsageException("the token is sent only with https:// to " + node.getHost());
    }
  }

  private static URI uri(String text) {
    try {
      URI uri = URI.create(text.contains("://") ? text : "http://" + text);
      if (uri.getHost() != null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // The same answer.
    }
    throw new UsageException("--http must be addresses such as http://127.0.0.1:7451");
  }
}
