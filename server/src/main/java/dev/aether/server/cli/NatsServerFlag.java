package dev.aether.server.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which nats-server binary a command runs that starts one. */
final class NatsServerFlag {
  @Option(
      names = "--nats-server",
      paramLabel = "PATH",
      description =
          "The nats-server to run. Default: $NATS_SERVER, else the one in PATH or beside the jar")
  private @Nullable Path path;

  Optional<Path> path() {
    return Optional.ofNullable(path);
  }
}
