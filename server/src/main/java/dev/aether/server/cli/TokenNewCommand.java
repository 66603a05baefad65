package dev.aether.server.cli;

import dev.aether.server.security.Tokens;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a token. */
@Command(
    name = "new",
    description =
        "Make a random token. Standard output gets the token, which the caller keeps secret; standard"
            + " error gets the line for the file that \"serve --tokens\" reads, which contains only"
            + " a hash.")
final class TokenNewCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "NAME",
      description = "The caller's name. The policy calls it token:NAME.")
  private String name = "";

  TokenNewCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String token = Tokens.random();
    String line;
    try {
      line = Tokens.line(name, token);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    Output out = new Output(terminal.out());
    out.line(token);
    out.flush();
    terminal.err().println(line);
    return ExitCode.DONE;
  }
}
