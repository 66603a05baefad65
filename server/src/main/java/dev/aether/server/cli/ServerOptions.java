package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.RepeatOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The flag that says where the server is. */
class ServerOptions {
  /** A person waits: half a second and a bit for a server that isn't there. */
  private static final RepeatOptions SOON = RepeatOptions.untilDeadline().withMaxAttempts(5);

  /** A failover of NATS takes up to some ten seconds, a node's restart not more. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      split = ",",
      converter = HostPort.Converter.class,
      description =
          "The server, or several nodes of one cluster joined by commas. Default:"
              + " ${DEFAULT-VALUE}")
  private List<HostPort> servers = new ArrayList<>();

  /** At least one. */
  final List<HostPort> servers() {
    return List.copyOf(servers);
  }

  /** As --server takes them. */
  final String serverList() {
    return servers.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }

  /** A client that gives up soon where a server can't be reached. */
  final AetherClient connect() {
    return builder().repeats(SOON).build();
  }

  /** A client that keeps trying for half a minute, for work that should outlive a failover. */
  final AetherClient connectPatiently() {
    return builder().deadline(PATIENCE).build();
  }

  AetherClientBuilder builder() {
    return AetherClient.builder().endpoints(servers.stream().map(HostPort::toString).toList());
  }
}
