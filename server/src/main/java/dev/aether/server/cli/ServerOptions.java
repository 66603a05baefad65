package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.RepeatOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The option for the server's address. */
class ServerOptions {
  /** A person waits: gives up after about half a second if the server is not running. */
  private static final RepeatOptions SOON = RepeatOptions.untilDeadline().withMaxAttempts(5);

  /** A failover of NATS, or a restart of a node, takes up to about ten seconds. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      split = ",",
      converter = HostPort.Converter.class,
      description =
          "The address of the server, or of several nodes of one cluster, separated by commas."
              + " Default: ${DEFAULT-VALUE}")
  private List<HostPort> servers = new ArrayList<>();

  /** At least one. */
  final List<HostPort> servers() {
    return List.copyOf(servers);
  }

  /** In the format of --server. */
  final String serverList() {
    return servers.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }

  /** A client that gives up soon if the server cannot be reached. */
  final AetherClient connect() {
    return builder().repeats(SOON).build();
  }

  /** A client that retries for half a minute, for commands that should survive a failover. */
  final AetherClient connectPatiently() {
    return builder().deadline(PATIENCE).build();
  }

  AetherClientBuilder builder() {
    return AetherClient.builder().endpoints(servers.stream().map(HostPort::toString).toList());
  }
}
