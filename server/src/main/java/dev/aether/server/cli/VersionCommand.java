package dev.aether.server.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Prints the version. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  private final Terminal terminal;

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Output out = new Output(terminal.out());
    for (String line : getVersion()) {
      out.line(line);
    }
    out.flush();
    return ExitCode.DONE;
  }

  /**
   * The version in the jar's manifest, which does not exist if the classes are run from a folder.
   */
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
            .orElse("(not from the jar)");
    return new String[] {"aether " + version};
  }
}
