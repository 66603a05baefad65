package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.RepeatOptions;
import picocli.CommandLine.Option;

/** The flags that every client command has. */
final class ConnectionOptions {
  /** A person waits: half a second and a bit for a server that isn't there. */
  private static final RepeatOptions SOON = RepeatOptions.untilDeadline().withMaxAttempts(5);

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      converter = HostPort.Converter.class,
      description = "The server. Default: ${DEFAULT-VALUE}")
  private HostPort server = HostPort.parse("127.0.0.1:7450");

  @Option(
      names = "--namespace",
      paramLabel = "NS",
      defaultValue = "default",
      description = "The namespace. Default: ${DEFAULT-VALUE}")
  private String namespace = "default";

  HostPort server() {
    return server;
  }

  /** A client that gives up soon where a server can't be reached. */
  AetherClient connect() {
    return connect(SOON);
  }

  /** A client that keeps trying until its deadline, for work that should outlive a failover. */
  AetherClient connectPatiently() {
    return connect(RepeatOptions.untilDeadline());
  }

  private AetherClient connect(RepeatOptions repeats) {
    return AetherClient.builder()
        .endpoint(server.toString())
        .namespace(namespace)
        .repeats(repeats)
        .build();
  }
}
