package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.StoreBackups;
import dev.aether.server.backup.StoreForm;
import dev.aether.server.cli.json.JsonLine;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the version, and whether it can use a store. */
@Command(
    name = "version",
    description = "Print the version, and whether it can use a store.",
    footer = {
      "",
      "--check reads the registry and the newest commit of each namespace from NATS (--nats) or from a"
          + " data folder (--data), and changes nothing. Exit code 1 if this version cannot use all of"
          + " them."
    })
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  private final Terminal terminal;

  @Mixin private StoreFlags store = new StoreFlags();

  @Option(
      names = "--check",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Check in which stored form a store is, and whether this version can use it.")
  private boolean check;

  VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    Output out = new Output(terminal.out());
    for (String line : getVersion()) {
      out.line(line);
    }
    out.flush();
    return check ? check(out) : ExitCode.DONE;
  }

  private int check(Output out) throws Exception {
    StoreChoice choice = store.storedChoice("a store in memory has no stored form");
    StoreForm form = BackupLines.run(new StoreBackups(choice)::form);
    for (StoreForm.OfNamespace namespace : form.namespaces()) {
      out.line(
          new JsonLine()
              .put("namespace", namespace.namespace())
              .put("state", namespace.state())
              .put("recordFormat", namespace.recordFormat())
              .put("commitFormat", String.join(",", namespace.commitFormats()))
              .put("supported", namespace.fault().isEmpty())
              .putUnlessEmpty("fault", namespace.fault().orElse(""))
              .end());
    }
    out.flush();
    terminal
        .err()
        .println(
            Counted.of(form.namespaces().size(), "namespace")
                + " on nats-server "
                + form.natsVersion()
                + ": this version "
                + (form.isSupported() ? "can" : "cannot")
                + " use "
                + (form.isSupported() ? "the store" : "all of the store"));
    return form.isSupported() ? ExitCode.DONE : ExitCode.FAILED;
  }

  /**
   * The version in the jar's manifest, which does not exist if the classes are run from a folder.
   */
  @Override
  public String[] getVersion() {
    return new String[] {"aether " + AetherServer.version()};
  }
}
