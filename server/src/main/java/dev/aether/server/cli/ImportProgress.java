package dev.aether.server.cli;

import dev.aether.server.cli.load.ImportTally;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a screen how much of a file has been read. */
final class ImportProgress extends FilterInputStream {
  static final long UNKNOWN_SIZE = -1;

  private static final int WIDTH = 100;
  private static final long KIB = 1024;

  private final ProgressBar bar;
  private final ImportTally tally;

  private ImportProgress(InputStream in, ProgressBar bar, ImportTally tally) {
    super(in);
    this.bar = bar;
    this.tally = tally;
  }

  /** Wraps a stream to show progress while it is read, if standard error is a screen. */
  static InputStream show(InputStream in, long bytes, ImportTally tally, Terminal terminal) {
    if (!terminal.errIsScreen()) {
      return in;
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("Import")
            .setInitialMax(bytes)
            .setUnit(" KiB", KIB)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(terminal.err(), WIDTH))
            .build();
    return new ImportProgress(in, bar, tally);
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    step(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    step(Math.max(read, 0));
    return read;
  }

  @Override
  public void close() throws IOException {
    step(0);
    bar.close();
    super.close();
  }

  private void step(int bytes) {
    bar.stepBy(bytes);
    bar.setExtraMessage(" " + Counted.of(tally.counts().imported(), "event"));
  }
}
