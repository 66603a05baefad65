package dev.aether.server.cli;

import dev.aether.client.AetherClientBuilder;
import picocli.CommandLine.Option;

/** The options of a client command that works in a namespace. */
final class ConnectionOptions extends ServerOptions {
  @Option(
      names = "--namespace",
      paramLabel = "NS",
      defaultValue = "default",
      description = "The namespace. Default: ${DEFAULT-VALUE}")
  private String namespace = "default";

  String namespace() {
    return namespace;
  }

  /** Whether --namespace is on the command line, rather than in the environment or missing. */
  boolean isNamespaceOnCommandLine() {
    return isOnCommandLine("--namespace");
  }

  @Override
  AetherClientBuilder builder() {
    return super.builder().namespace(namespace);
  }
}
