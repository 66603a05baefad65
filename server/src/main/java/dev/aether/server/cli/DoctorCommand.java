package dev.aether.server.cli;

import dev.aether.server.StoreCheckup;
import dev.aether.server.doctor.Finding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks a store and this machine. */
@Command(
    name = "doctor",
    description =
        "Check that NATS, or a data folder, and this machine have what a node needs. Exit code 1 if"
            + " a check fails.",
    footer = {
      "",
      "Prints a line for each check: ok, warn or fail, what was found, and what to do. Run it on the"
          + " machine of a node, with the same --data or --nats options. It does not change the"
          + " store; with --data it writes and syncs a file there, and deletes it. A node may run"
          + " meanwhile."
    })
final class DoctorCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private StoreFlags store = new StoreFlags();

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      split = ",",
      description =
          "Check also when the certificates of this file expire (PEM), for example the one of a"
              + " node's --tls-cert. Several files are separated by commas.")
  private List<Path> certificates = new ArrayList<>();

  DoctorCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<Finding> findings = new StoreCheckup(store.choice(), certificates).run();
    Output out = new Output(terminal.out());
    for (Finding finding : findings) {
      out.line(
          String.format(
              Locale.ROOT,
              "%-4s  %s: %s",
              finding.level().name().toLowerCase(Locale.ROOT),
              finding.subject(),
              finding.found()));
      if (!finding.advice().isEmpty()) {
        out.line("      " + finding.advice());
      }
    }
    out.flush();
    return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.FAIL)
        ? ExitCode.FAILED
        : ExitCode.DONE;
  }
}
