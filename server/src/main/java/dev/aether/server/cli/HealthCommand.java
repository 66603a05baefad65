package dev.aether.server.cli;

import dev.aether.server.grpc.HealthProbe;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks servers for their health. */
@Command(
    name = "health",
    description =
        "Print whether the server is serving, and what is wrong with it. Exit code 1 if it is not"
            + " serving, 4 if it is unreachable.")
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
      HealthProbe.Answer answer = ask(server);
      out.line(server + " " + answer.health());
      if (!answer.reason().isEmpty()) {
        boolean reached = answer.health() != HealthProbe.Health.UNREACHABLE;
        terminal
            .err()
            .println(
                "aether: " + (reached ? "" : "cannot reach ") + server + ": " + answer.reason());
      }
      worst = Math.max(worst, exitCode(answer.health()));
    }
    out.flush();
    return worst;
  }

  private HealthProbe.Answer ask(HostPort server) {
    try {
      return HealthProbe.ask(server.host(), server.port(), connection.tls(), TIMEOUT);
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The exit code of the worst server wins: the codes increase with severity. */
  private static int exitCode(HealthProbe.Health health) {
    return switch (health) {
      case SERVING -> ExitCode.DONE;
      case NOT_SERVING -> ExitCode.FAILED;
      case UNREACHABLE -> ExitCode.UNREACHABLE;
    };
  }
}
