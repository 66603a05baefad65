package dev.aether.server.cli;

import dev.aether.client.AetherClientBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of a client command that works in a namespace. */
final class ConnectionOptions extends ServerOptions {
  @Option(
      names = "--namespace",
      paramLabel = "NS",
      defaultValue = "default",
      description = "The namespace. Default: ${DEFAULT-VALUE}")
  private String namespace = "default";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  String namespace() {
    return namespace;
  }

  /** Whether --namespace is on the command line, rather than in the environment or missing. */
  boolean isNamespaceOnCommandLine() {
    return Optional.ofNullable(command)
        .orElseThrow()
        .commandLine()
        .getParseResult()
        .hasMatchedOption("--namespace");
  }

  @Override
  AetherClientBuilder builder() {
    return super.builder().namespace(namespace);
  }
}
