package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.server.cli.load.ImportCounts;
import dev.aether.server.cli.load.ImportStopped;
import dev.aether.server.cli.load.ImportTally;
import dev.aether.server.cli.load.Importer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Imports a file of events. */
@Command(
    name = "import",
    description = "Imports events, one JSON object a line. Running it again stores nothing twice.",
    footer = {
      "",
      "A line: {\"actorId\", \"eventType\", \"data\" or \"dataBase64\"} and, if wanted, \"time\","
          + " \"contentType\", \"eventId\", \"commandId\", \"metadata\", \"version\","
          + " \"commitId\"."
    })
final class ImportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "FILE|-", description = "JSON lines, also as gzip; -: standard input.")
  private String file = "";

  ImportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long start = System.nanoTime();
    ImportTally tally = new ImportTally();
    try (AetherClient client = connection.connectPatiently();
        InputStream in = ImportProgress.show(open(), size(), tally, terminal)) {
      new Importer(client.async(), tally).run(in);
    } catch (ImportStopped e) {
      throw new CommandFailedException(
          "%s, %s%nStopped; so far %s"
              .formatted(name(), e.getMessage(), result(tally.counts(), start)),
          e);
    }
    terminal.err().println(result(tally.counts(), start));
    return ExitCode.DONE;
  }

  private String name() {
    return file.equals("-") ? "standard input" : file;
  }

  private InputStream open() throws IOException {
    if (file.equals("-")) {
      return terminal.in();
    }
    if (Files.isDirectory(Path.of(file))) {
      throw new CommandFailedException(file + " is a folder");
    }
    try {
      return Files.newInputStream(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new CommandFailedException(file + " doesn't exist", e);
    }
  }

  private long size() throws IOException {
    return file.equals("-") ? ImportProgress.UNKNOWN_SIZE : Files.size(Path.of(file));
  }

  private static String result(ImportCounts counts, long startNanos) {
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    return String.format(
        Locale.ROOT,
        "%d events imported, %d already there, %d actors, %d commits, %.1f s",
        counts.imported(),
        counts.present(),
        counts.actors(),
        counts.commits(),
        seconds);
  }
}
