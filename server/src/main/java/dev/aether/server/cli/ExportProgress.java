package dev.aether.server.cli;

import dev.aether.server.cli.export.ExportTally;
import dev.aether.server.concurrent.Ticker;
import java.time.Duration;

/** Shows the progress of an export on a screen. */
final class ExportProgress implements AutoCloseable {
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Ticker ticker = new Ticker("export-progress");

  private ExportProgress() {}

  /** Starts to show progress if standard error is a screen. */
  static ExportProgress show(ExportTally tally, Terminal terminal) {
    ExportProgress progress = new ExportProgress();
    if (terminal.errIsScreen()) {
      progress.ticker.every(
          EVERY,
          "show progress",
          () ->
              terminal
                  .err()
                  .print("\rExport " + Counted.of(tally.events(), "event") + "\u001b[K\r"));
    }
    return progress;
  }

  @Override
  public void close() {
    ticker.close();
  }
}
