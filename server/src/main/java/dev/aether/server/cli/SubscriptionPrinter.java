package dev.aether.server.cli;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.ReplayError;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionState;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prints what a subscription delivers, and decides when to stop. */
final class SubscriptionPrinter implements SubscriptionListener {
  private static final long STOP_WAIT_MILLIS = 500;

  private final Output out;
  private final PrintStream err;
  private final boolean untilCaughtUp;
  private final long beginBefore;
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
  private final ReentrantLock printing = new ReentrantLock();
  private volatile @Nullable Cursor printed;
  private volatile boolean stopped;

  /**
   * Creates a printer.
   *
   * @param beginWithin how long the server may be unreachable at the start, since its address may
   *     be mistyped
   */
  SubscriptionPrinter(Output out, PrintStream err, boolean untilCaughtUp, Duration beginWithin) {
    this.out = out;
    this.err = err;
    this.untilCaughtUp = untilCaughtUp;
    this.beginBefore = System.nanoTime() + beginWithin.toNanos();
  }

  /** Waits until the subscription ends, which may never happen. */
  void awaitEnd() throws InterruptedException {
    end.await();
  }

  /** Ends the subscription with a failure, unless it already has one. Thread-safe. */
  void end(RuntimeException why) {
    failure.compareAndSet(null, why);
    end.countDown();
  }

  /**
   * Stops printing. Waits for what is being printed, but not for long, since the reader may be
   * stuck.
   */
  void stop() {
    stopped = true;
    try {
      if (printing.tryLock(STOP_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        printing.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the reader of the output has gone. */
  boolean readerHasGone() {
    return failure.get() instanceof OutputClosedException;
  }

  /** Throws the failure that ended the subscription, if there was one. */
  void throwFailure() {
    @Nullable RuntimeException thrown = failure.get();
    if (thrown != null) {
      throw thrown;
    }
  }

  /**
   * The cursor after the last event that was printed and flushed; empty before the subscription has
   * started.
   */
  Optional<Cursor> printed() {
    return Optional.ofNullable(printed);
  }

  @Override
  public void onStarted(String nodeId, Cursor cursor) {
    printed = cursor;
  }

  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    print(commits, EventLines::of, cursor);
  }

  @Override
  public void onStoredEvents(List<EventStored> events, @Nullable Cursor cursor) {
    print(events, event -> List.of(EventLines.of(event)), cursor);
  }

  /**
   * Also called for heartbeats, when the subscription has caught up, and for commits that the
   * filter drops.
   */
  @Override
  public void onCursor(Cursor cursor) {
    print(List.<Commit>of(), EventLines::of, cursor);
  }

  @Override
  public void onCaughtUp(Cursor cursor) {
    onCursor(cursor);
    if (untilCaughtUp) {
      end.countDown();
    }
  }

  @Override
  public void onState(SubscriptionState state) {
    if (state instanceof SubscriptionState.Lost lost
        && printed == null
        && System.nanoTime() + lost.retryIn().toNanos() - beginBefore > 0) {
      end(lost.cause());
    } else if (state instanceof SubscriptionState.Lost lost && lost.attempt() == 1) {
      err.println("aether: lost the connection, reconnecting: " + lost.cause().getMessage());
    } else if (state instanceof SubscriptionState.Connected connected && connected.resumed()) {
      err.println("aether: reconnected to " + connected.nodeId());
    }
  }

  @Override
  public void onCorrupt(ReplayError error, Cursor cursor) {
    err.printf(
        Locale.ROOT,
        "aether: skipped a record that cannot be decoded: partition %d, position %s, actor %s: %s%n",
        error.partition(),
        Long.toUnsignedString(error.position()),
        error.actorId(),
        error.reason());
    onCursor(cursor);
  }

  @Override
  public void onNamespaceDeleted(String namespace) {
    err.println("aether: namespace \"" + namespace + "\" was deleted");
  }

  @Override
  public void onError(AetherException error) {
    end(error);
  }

  private <T> void print(List<T> items, Function<T, List<String>> lines, @Nullable Cursor cursor) {
    printing.lock();
    try {
      if (stopped || end.getCount() == 0) {
        return; // The command has ended, or the reader has gone.
      }
      items.forEach(item -> lines.apply(item).forEach(out::line));
      out.flush();
      if (cursor != null) {
        printed = cursor;
      }
    } catch (OutputClosedException | CommandFailedException e) {
      end(e);
    } finally {
      printing.unlock();
    }
  }
}
