package dev.aether.server.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for the nats-server binary of commands that start one. */
final class NatsServerFlag {
  @Option(
      names = "--nats-server",
      paramLabel = "PATH",
      description =
          "The nats-server binary to run. Default: $NATS_SERVER, or else the one in PATH or next to the"
              + " jar")
  private @Nullable Path path;

  Optional<Path> path() {
    return Optional.ofNullable(path);
  }
}
