package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.Bytes;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.server.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubscriptionPrinterTest {
  private static final Cursor BEFORE = Cursor.of("before");
  private static final Cursor AFTER = Cursor.of("after");
  private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void theCursorMovesWhenTheLinesAreOutAndNotBefore() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch open = new CountDownLatch(1);
    OutputStream stuck =
        new OutputStream() {
          @Override
          public void write(int b) {
            reached.countDown();
            try {
              open.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
        };
    SubscriptionPrinter printer =
        new SubscriptionPrinter(new Output(stuck), NOWHERE, false, Duration.ofMinutes(1));
    printer.onStarted("n", BEFORE);
    Thread callback = new Thread(() -> printer.onCommits(List.of(commit(1)), AFTER));
    callback.start();
    reached.await();

    assertEquals(Optional.of(BEFORE), printer.printed());
    open.countDown();
    callback.join();
    assertEquals(Optional.of(AFTER), printer.printed());
  }

  @Test
  void whatComesAfterItCaughtUpIsNeitherPrintedNorPassed() throws InterruptedException {
    SubscriptionPrinter printer =
        new SubscriptionPrinter(new Output(written), NOWHERE, true, Duration.ofMinutes(1));
    printer.onCommits(List.of(commit(1)), null);
    printer.onCaughtUp(BEFORE);
    printer.awaitEnd();

    printer.onCommits(List.of(commit(2)), AFTER);
    printer.onHeartbeat(AFTER);

    assertEquals(Optional.of(BEFORE), printer.printed());
    assertEquals(1, written.toString(StandardCharsets.UTF_8).lines().count());
  }

  @Test
  void whatComesAfterTheStopIsNeitherPrintedNorPassed() {
    SubscriptionPrinter printer =
        new SubscriptionPrinter(new Output(written), NOWHERE, false, Duration.ofMinutes(1));
    printer.onCommits(List.of(commit(1)), BEFORE);
    printer.stop();

    printer.onCommits(List.of(commit(2)), AFTER);

    assertEquals(Optional.of(BEFORE), printer.printed());
    assertEquals(1, written.toString(StandardCharsets.UTF_8).lines().count());
  }

  @Test
  void whatCouldNotBePrintedIsNotPassed() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws java.io.IOException {
            throw new java.io.IOException("No space left on device");
          }
        };
    SubscriptionPrinter printer =
        new SubscriptionPrinter(new Output(full), NOWHERE, false, Duration.ofMinutes(1));
    printer.onStarted("n", BEFORE);

    printer.onCommits(List.of(commit(1)), AFTER);

    Await.until("the end", Duration.ofSeconds(30), () -> ended(printer));
    assertEquals(Optional.of(BEFORE), printer.printed());
  }

  private static boolean ended(SubscriptionPrinter printer) {
    try {
      printer.throwFailure();
      return false;
    } catch (CommandFailedException e) {
      return true;
    }
  }

  private static Commit commit(long version) {
    Event event =
        new Event("a", version, "T", Bytes.utf8("1"), "", "e", "", Map.of(), Instant.EPOCH);
    return new Commit(
        "default", "c", "a", version, version, List.of(event), 0, version, Instant.EPOCH);
  }
}
