package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Cursor;
import dev.aether.client.CursorExpiredException;
import dev.aether.client.CursorUnknownException;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.ReplayError;
import dev.aether.server.cli.export.ExportOptions;
import dev.aether.server.cli.export.ExportTally;
import dev.aether.server.cli.export.ExportTarget;
import dev.aether.server.cli.export.Exporter;
import dev.aether.server.cli.export.PartFile;
import dev.aether.server.cli.files.InputFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Exports namespaces as lines that {@code import} can read. */
@Command(
    name = "export",
    description = "Export namespaces as JSON lines, which import can restore.",
    footer = {
      "",
      "NAMESPACES is a pattern of tokens separated by dots: * matches exactly one token, and >, which"
          + " may only be the last token, one or more.",
      "Exports everything that was stored before it started: first the events, then the snapshots.",
      "Until FILE is complete, it is named FILE.part. If an export is interrupted, run the same"
          + " command again to continue. A device or a pipe is written directly.",
      "A single argument is taken as FILE if it contains a / or ends in .jsonl, .json or .gz.",
      "Data and states are written as JSON if they are JSON that fits on one line unchanged, and as"
          + " base64 otherwise."
    })
final class ExportCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "NAMESPACES",
      description = "The namespaces to export. Default: that of --namespace")
  private @Nullable String first;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description =
          "The file to write, compressed with gzip if its name ends in .gz; - for standard output."
              + " Default: standard output")
  private @Nullable String second;

  @Option(
      names = "--snapshots",
      negatable = true,
      arity = "0..1",
      paramLabel = "true|false",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Also export snapshots. Default: ${DEFAULT-VALUE}")
  private boolean snapshots = true;

  @Option(
      names = "--report-corrupt",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Report records that cannot be decoded and continue, instead of stopping at the first one.")
  private boolean reportCorrupt;

  ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    long start = System.nanoTime();
    ExportTally tally = new ExportTally();
    ExportArguments where = ExportArguments.of(first, second, connection.namespace());
    try (AetherClient client = connection.connectPatiently()) {
      requireMatch(client, where.pattern());
      if (where.file().isEmpty()) {
        toStream(client, where.pattern(), terminal.out(), tally);
      } else if (isDeviceOrPipe(where.file().get())) {
        try (OutputStream out = Files.newOutputStream(where.file().get())) {
          toStream(client, where.pattern(), out, tally);
        }
      } else {
        toFile(client, where.pattern(), where.file().get(), tally);
      }
    } catch (IOException e) {
      throw new CommandFailedException("cannot write the export: " + InputFile.reason(e), e);
    }
    terminal.err().println(result(tally, start));
    return ExitCode.DONE;
  }

  /** A mistyped name exports nothing, which must not look like a successful backup. */
  private static void requireMatch(AetherClient client, String pattern) {
    try (Stream<NamespaceInfo> found = client.namespaces().list(pattern)) {
      if (found.findAny().isEmpty()) {
        throw new CommandFailedException("no namespace matches " + pattern);
      }
    }
  }

  private static Map<String, String> incarnations(AetherClient client, String pattern) {
    try (Stream<NamespaceInfo> found = client.namespaces().list(pattern)) {
      return found.collect(Collectors.toMap(NamespaceInfo::name, NamespaceInfo::incarnation));
    }
  }

  /** Whether the file exists and cannot be replaced by renaming another one. */
  private static boolean isDeviceOrPipe(Path file) {
    return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
  }

  private void toStream(AetherClient client, String pattern, OutputStream out, ExportTally tally)
      throws IOException {
    export(client, pattern, Optional.empty(), new OutputTarget(new Output(out)), tally);
  }

  private void toFile(AetherClient client, String pattern, Path named, ExportTally tally)
      throws IOException {
    if (Files.isDirectory(named)) {
      throw new CommandFailedException(named + " is a folder");
    }
    Path file = Files.isSymbolicLink(named) ? named.toRealPath() : named;
    String origin = pattern + " of " + connection.servers();
    Map<String, String> incarnations = incarnations(client, pattern);
    try (PartFile part = PartFile.open(file, origin, incarnations, PartFile.NOTE_EVERY);
        ExportProgress unused = ExportProgress.show(tally, terminal);
        AtShutdown interrupted = AtShutdown.run(() -> sayCut(file))) {
      part.recreated()
          .ifPresent(
              name ->
                  terminal
                      .err()
                      .println("aether: starting over: namespace " + name + " was recreated"));
      try {
        goOn(client, pattern, part, tally);
      } catch (IOException | RuntimeException e) {
        interrupted.close();
        sayCut(file);
        throw e;
      }
    }
  }

  /**
   * Continues where an earlier run was interrupted, or starts over if the server cannot resume from
   * there.
   */
  private void goOn(AetherClient client, String pattern, PartFile part, ExportTally tally)
      throws IOException {
    try {
      export(client, pattern, part.start(), part, tally);
    } catch (CursorUnknownException | CursorExpiredException e) {
      if (part.start().isEmpty()) {
        throw e;
      }
      terminal.err().println("aether: starting over: " + e.getMessage());
      part.startOver();
      export(client, pattern, Optional.empty(), part, tally);
    }
  }

  private void export(
      AetherClient client,
      String pattern,
      Optional<Cursor> start,
      ExportTarget target,
      ExportTally tally)
      throws IOException {
    Optional<Consumer<ReplayError>> onCorrupt =
        reportCorrupt ? Optional.of(this::say) : Optional.empty();
    ExportOptions options = new ExportOptions(pattern, start, snapshots, onCorrupt);
    new Exporter(client, options, target, tally).run();
  }

  private void say(ReplayError error) {
    terminal
        .err()
        .printf(
            Locale.ROOT,
            "aether: skipped a record that cannot be decoded: partition %d, position %s, actor %s: %s%n",
            error.partition(),
            Long.toUnsignedString(error.position()),
            error.actorId(),
            error.reason());
  }

  private void sayCut(Path file) {
    terminal
        .err()
        .println("aether: " + file + ".part is incomplete; run the same command again to continue");
  }

  private static String result(ExportTally tally, long startNanos) {
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    String corrupt =
        tally.corrupt() == 0 ? "" : Counted.of(tally.corrupt(), "corrupt record") + " skipped, ";
    return String.format(
        Locale.ROOT,
        "%s, %s, %s exported, %s%.1f s",
        Counted.of(tally.events(), "event"),
        Counted.of(tally.commits(), "commit"),
        Counted.of(tally.snapshots(), "snapshot"),
        corrupt,
        seconds);
  }
}
