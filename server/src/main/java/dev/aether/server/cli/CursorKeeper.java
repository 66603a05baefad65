package dev.aether.server.cli;

import dev.aether.client.Cursor;
import dev.aether.server.concurrent.Ticker;
import java.time.Duration;
import java.util.Optional;

/** Writes a subscription's cursor to a file, on its own thread so that printing never waits. */
final class CursorKeeper implements AutoCloseable {
  /** --cursor-file promises a second. */
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Optional<CursorFile> file;
  private final SubscriptionPrinter printer;
  private final Ticker ticker = new Ticker("cursor-keeper");
  private Optional<Cursor> kept = Optional.empty();

  private CursorKeeper(Optional<CursorFile> file, SubscriptionPrinter printer) {
    this.file = file;
    this.printer = printer;
  }

  /** Starts to write the cursor if there is a file. */
  static CursorKeeper start(Optional<CursorFile> file, SubscriptionPrinter printer) {
    CursorKeeper keeper = new CursorKeeper(file, printer);
    if (file.isPresent()) {
      keeper.ticker.every(EVERY, "keep the cursor", keeper::keep);
    }
    return keeper;
  }

  private synchronized void keep() {
    Optional<Cursor> printed = printer.printed();
    if (file.isEmpty() || printed.isEmpty() || printed.equals(kept)) {
      return;
    }
    try {
      file.get().write(printed.get());
      kept = printed;
    } catch (CommandFailedException e) {
      printer.end(e);
    }
  }

  /** Writes the last cursor. May be called again. */
  @Override
  public void close() {
    ticker.close();
    keep();
  }
}
