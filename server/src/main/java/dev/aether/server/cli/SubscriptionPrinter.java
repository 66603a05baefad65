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

/** Prints what a subscription brings, and knows when to end. */
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
   * A printer that has nothing to print yet.
   *
   * @param beginWithin how long a server may be out of reach at first: whoever types a command
   *     wants to hear of a slip in its address
   */
  SubscriptionPrinter(Output out, PrintStream err, boolean untilCaughtUp, Duration beginWithin) {
    this.out = out;
    this.err = err;
    this.untilCaughtUp = untilCaughtUp;
    this.beginBefore = System.nanoTime() + beginWithin.toNanos();
  }

  /** Waits for the end, which may never come: whoever started the command ends it then. */
  void awaitEnd() throws InterruptedException {
    end.await();
  }

  /** Ends it with a failure, unless it has one already. Any thread may. */
  void end(RuntimeException why) {
    failure.compareAndSet(null, why);
    end.countDown();
  }

  /**
   * Prints nothing any more. Waits for what is being printed, but not long: the reader may be
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

  /** Whether the output has no reader any more. */
  boolean readerHasGone() {
    return failure.get() instanceof OutputClosedException;
  }

  /** Throws what ended the subscription, if it was not meant to end. */
  void throwFailure() {
    @Nullable RuntimeException thrown = failure.get();
    if (thrown != null) {
      throw thrown;
    }
  }

  /** Stands after nothing but what was printed and flushed; empty before the first. */
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

  /** Comes also with heartbeats, when it has caught up, and where a filter passed nothing. */
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
      err.println("aether: connection lost, trying again: " + lost.cause().getMessage());
    } else if (state instanceof SubscriptionState.Connected connected && connected.resumed()) {
      err.println("aether: going on with " + connected.nodeId());
    }
  }

  @Override
  public void onCorrupt(ReplayError error, Cursor cursor) {
    err.printf(
        Locale.ROOT,
        "aether: left out, can't be decoded: partition %d, position %s, actor %s: %s%n",
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
        return; // Stored after the moment up to which it was asked for, or nobody reads.
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
