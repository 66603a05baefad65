package dev.aether.server.cli;

import dev.aether.server.cli.export.ExportTally;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Shows how much is exported, to people who watch. */
final class ExportProgress implements AutoCloseable {
  private static final long EVERY_MILLIS = 500;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "export-progress");
            thread.setDaemon(true);
            return thread;
          });

  private ExportProgress() {}

  /** Begins to show it if standard error is a screen. */
  static ExportProgress show(ExportTally tally, Terminal terminal) {
    ExportProgress progress = new ExportProgress();
    if (terminal.errIsScreen().test()) {
      var unused =
          progress.clock.scheduleWithFixedDelay(
              () ->
                  terminal
                      .err()
                      .print("\rExport " + Counted.of(tally.events(), "event") + "\u001b[K\r"),
              EVERY_MILLIS,
              EVERY_MILLIS,
              TimeUnit.MILLISECONDS);
    }
    return progress;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
