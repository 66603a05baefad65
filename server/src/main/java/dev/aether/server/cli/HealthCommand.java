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

  @Mixin private ServerOptions connection = new ServerOptions();

  HealthCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Output out = new Output(terminal.out());
    int worst = ExitCode.DONE;
    for (HostPort server : connection.servers()) {
      HealthProbe.Health health = HealthProbe.ask(server.host(), server.port(), TIMEOUT);
      out.line(server + " " + health);
      worst = Math.max(worst, exitCode(health));
    }
    out.flush();
    return worst;
  }

  /** The higher, the less is known of the server. */
  private static int exitCode(HealthProbe.Health health) {
    return switch (health) {
      case SERVING -> ExitCode.DONE;
      case NOT_SERVING -> ExitCode.FAILED;
      case UNREACHABLE -> ExitCode.UNREACHABLE;
    };
  }
}
