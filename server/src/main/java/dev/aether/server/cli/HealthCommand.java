package dev.aether.server.cli;

import dev.aether.server.grpc.HealthProbe;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks a server whether it serves. */
@Command(
    name = "health",
    description = "Prints whether the server serves; exit code 1 where it doesn't.")
final class HealthCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  HealthCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    HostPort server = connection.server();
    HealthProbe.Health health = HealthProbe.ask(server.host(), server.port(), TIMEOUT);
    Output out = new Output(terminal.out());
    out.line(server + " " + health);
    out.flush();
    return switch (health) {
      case SERVING -> ExitCode.DONE;
      case NOT_SERVING -> ExitCode.FAILED;
      case UNREACHABLE -> ExitCode.UNREACHABLE;
    };
  }
}
