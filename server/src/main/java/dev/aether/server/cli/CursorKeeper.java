package dev.aether.server.cli;

import dev.aether.client.Cursor;
import dev.aether.server.concurrent.Ticker;
import java.time.Duration;
import java.util.Optional;

/** Keeps a subscription's cursor in a file, on a thread of its own so that printing never waits. */
final class CursorKeeper implements AutoCloseable {
  /** The contract of the flag is a second. */
  private static final Duration EVERY = Duration.ofMillis(500);

  private final Optional<CursorFile> file;
  private final SubscriptionPrinter printer;
  private final Ticker ticker = new Ticker("cursor-keeper");
  private Optional<Cursor> kept = Optional.empty();

  private CursorKeeper(Optional<CursorFile> file, SubscriptionPrinter printer) {
    this.file = file;
    this.printer = printer;
  }

  /** Begins to keep it, if there is a file to keep it in. */
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

  /** Keeps the last one. Again does little. */
  @Override
  public void close() {
    ticker.close();
    keep();
  }
}
