package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.server.cli.files.InputFile;
import dev.aether.server.cli.load.ImportStopped;
import dev.aether.server.cli.load.ImportTally;
import dev.aether.server.cli.load.Importer;
import dev.aether.server.cli.load.NamespaceChoice;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Imports a file of events and snapshots. */
@Command(
    name = "import",
    description =
        "Import events and snapshots from JSON lines. It is safe to run it again: nothing is stored"
            + " twice.",
    footer = {
      "",
      "Each line is an object with \"actorId\", \"eventType\" and \"data\" or \"dataBase64\"."
          + " Optional: \"time\" (or \"timestamp\"), \"contentType\", \"eventId\", \"commandId\","
          + " \"metadata\", \"version\", \"commitId\", \"namespace\", and the other fields that"
          + " export writes.",
      "The lines of an actor get versions in the order of the file. If a line has a \"version\", it"
          + " must match. Consecutive lines of an actor with the same \"commitId\" form one commit."
          + " The metadata aether.stored_at keeps \"storedAt\", unless it exists already.",
      "A line is imported into the namespace that it names, or else into that of --namespace or"
          + " AETHER_NAMESPACE. If --namespace is on the command line, all lines are imported into"
          + " it, and the file must not name more than one namespace."
    })
final class ImportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      paramLabel = "FILE|-",
      description =
          "JSON lines in UTF-8, plain or compressed with gzip: a file, pipe or device, or - for standard"
              + " input.")
  private String file = "";

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ImportTally tally = new ImportTally();
    ImportResult result = new ImportResult(tally, System.nanoTime());
    try (AetherClient client = connection.connectPatiently();
        InputStream in = ImportProgress.show(open(), size(), tally, terminal);
        AtShutdown unused = AtShutdown.run(() -> sayInterrupted(tally, result))) {
      new Importer(client.async(), namespaces(), tally).run(in);
    } catch (ImportStopped e) {
      throw new CommandFailedException(
          String.format(
              Locale.ROOT,
              "%s, %s%nStopped. So far: %s",
              name(),
              e.getMessage(),
              result.sentence()),
          e);
    }
    terminal.err().println(result.sentence());
    return ExitCode.DONE;
  }

  private void sayInterrupted(ImportTally tally, ImportResult result) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "aether: interrupted; %s was read up to line %d. Run the same command again to continue.%n"
                + "So far: %s%n",
            name(),
            tally.line(),
            result.sentence());
  }

  private NamespaceChoice namespaces() {
    return connection.isNamespaceOnCommandLine()
        ? NamespaceChoice.always(connection.namespace())
        : NamespaceChoice.unlessNamed(connection.namespace());
  }

  private String name() {
    return file.equals("-") ? "standard input" : file;
  }

  private InputStream open() {
    if (file.equals("-")) {
      return terminal.in();
    }
    try {
      return InputFile.open(file);
    } catch (IOException e) {
      throw new CommandFailedException(InputFile.reason(e), e);
    }
  }

  private long size() {
    return file.equals("-")
        ? ImportProgress.UNKNOWN_SIZE
        : InputFile.size(file).orElse(ImportProgress.UNKNOWN_SIZE);
  }
}
