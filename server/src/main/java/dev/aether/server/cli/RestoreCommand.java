package dev.aether.server.cli;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.StoreBackups;
import dev.aether.server.backup.BackupFolder;
import dev.aether.server.backup.Restore;
import dev.aether.server.wire.BackupNamespace;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Restores a backup. */
@Command(
    name = "restore",
    description =
        "Restore a backup into NATS or a data folder. Positions are kept, so cursors stay valid.",
    footer = {
      "",
      "Checks the backup's checksums first. Overwrites nothing: a namespace that exists is an error,"
          + " and so is another store.",
      "Restore a whole store before its nodes are started. Single namespaces of the same store, which"
          + " were deleted, can be restored while its nodes run.",
      "Nodes see the namespaces when all of them are restored. If the command fails or is"
          + " interrupted, run the same command again: it continues with the streams that are"
          + " missing.",
      "NAMESPACES is a pattern of tokens separated by dots: * matches exactly one token, and >, which"
          + " may only be the last token, one or more."
    })
final class RestoreCommand implements Callable<Integer> {
  private static final Set<Integer> REPLICAS = Set.of(0, 1, 3, 5);

  private final Terminal terminal;

  @Mixin private StoreFlags store = new StoreFlags();

  @Parameters(index = "0", paramLabel = "DIR", description = "The backup's folder.")
  private Path folder = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAMESPACES",
      defaultValue = ">",
      description = "The namespaces to restore. Default: all of the backup")
  private String namespaces = ">";

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "Replicas of all restored streams: 1, 3 or 5. Default: as many as they had")
  private int replicas;

  @Option(
      names = "--dry-run",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Restore nothing, but check and print what would be restored.")
  private boolean dryRun;

  RestoreCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    long start = System.nanoTime();
    List<BackupNamespace> restored = BackupLines.run(this::restore);
    terminal
        .err()
        .println(BackupLines.summary(restored, dryRun ? "would be restored" : "restored", start));
    return ExitCode.DONE;
  }

  private List<BackupNamespace> restore() {
    if (!REPLICAS.contains(replicas)) {
      throw new UsageException("--replicas must be 1, 3 or 5");
    }
    StoreChoice choice = store.storedChoice("nothing can be restored into memory");
    BackupFolder backup = BackupFolder.verified(folder);
    BackupLines.Progress progress = new BackupLines.Progress(terminal.out());
    List<Restore.Step> steps =
        new StoreBackups(choice)
            .restore(
                backup,
                BackupLines.pattern(namespaces),
                BackupLines.replicas(replicas),
                dryRun,
                progress);
    progress.end();
    Output out = new Output(terminal.out());
    for (Restore.Step step : steps) {
      boolean isDone = step.kind() == Restore.Step.Kind.ALREADY_RESTORED;
      if (isDone || dryRun) {
        out.line(BackupLines.of(step.copy()).put("alreadyRestored", isDone).end());
      }
    }
    out.flush();
    return steps.stream()
        .filter(step -> step.kind() == Restore.Step.Kind.RESTORE)
        .map(Restore.Step::copy)
        .toList();
  }
}
