package dev.aether.server.cli;

import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.StoreBackups;
import dev.aether.server.backup.BackupFolder;
import dev.aether.server.wire.BackupManifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a backup, or verifies one. */
@Command(
    name = "backup",
    description =
        "Back up a store while it is in use: events, snapshots, and what keeps cursors valid after a"
            + " restore.",
    footer = {
      "",
      "Copies the streams of the matching namespaces from NATS (--nats), or from a private"
          + " nats-server (--data), whether a node runs on its folder or not. Prints a JSON object"
          + " for each namespace.",
      "All events that were acknowledged before the command started are in the backup, and so are the"
          + " snapshots, unless a warning says otherwise. Namespaces are copied one after another, so"
          + " they have no common point in time.",
      "Until the backup is complete, the folder is named DIR.incomplete. If the command fails,"
          + " nothing is kept.",
      "NAMESPACES is a pattern of tokens separated by dots: * matches exactly one token, and >, which"
          + " may only be the last token, one or more."
    })
final class BackupCommand implements Callable<Integer> {
  /** How long a signal waits for the folder of an incomplete backup to be deleted. */
  private static final Duration STOPS_WITHIN = Duration.ofSeconds(5);

  private final Terminal terminal;

  @Mixin private StoreFlags store = new StoreFlags();

  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "The backup's folder, which must not exist yet.")
  private Path folder = Path.of("");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "NAMESPACES",
      defaultValue = ">",
      description = "The namespaces to back up. Default: all")
  private String namespaces = ">";

  @Option(
      names = "--verify",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Make no backup, but check the checksums of the one in DIR. Exit code 1 if it is damaged or"
              + " incomplete.")
  private boolean verify;

  BackupCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Exception {
    long start = System.nanoTime();
    BackupManifest manifest = BackupLines.run(verify ? this::verify : this::backupUnlessStopped);
    terminal
        .err()
        .println(
            BackupLines.summary(
                manifest.getNamespacesList(), verify ? "verified" : "backed up", start));
    return ExitCode.DONE;
  }

  private BackupManifest verify() {
    BackupManifest manifest = BackupFolder.verified(folder).manifest();
    Output out = new Output(terminal.out());
    manifest.getNamespacesList().forEach(copy -> out.line(BackupLines.of(copy).end()));
    out.flush();
    return manifest;
  }

  /** A signal ends the copying, so that the folder of an incomplete backup is deleted. */
  private BackupManifest backupUnlessStopped() {
    Thread copying = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    try (AtShutdown unused = AtShutdown.run(() -> stop(copying, ended))) {
      return backup();
    } finally {
      ended.countDown();
    }
  }

  private void stop(Thread copying, CountDownLatch ended) {
    copying.interrupt();
    try {
      boolean hasEnded = ended.await(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      // A private nats-server may take longer to end than the folder to be deleted.
      if (!hasEnded && Files.exists(Path.of(folder + ".incomplete"))) {
        terminal.err().println("aether: the folder " + folder + ".incomplete is left behind");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private BackupManifest backup() {
    StoreChoice choice = store.storedChoice("a store in memory has no backups");
    BackupLines.Progress progress = new BackupLines.Progress(terminal.out());
    BackupManifest manifest =
        new StoreBackups(choice)
            .backup(
                folder,
                BackupLines.pattern(namespaces),
                progress,
                warning -> terminal.err().println("aether: " + warning));
    progress.end();
    return manifest;
  }
}
