package dev.aether.server.cli;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.EventStored;
import dev.aether.client.SubscriptionListener;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prints what a subscription brings, and knows when to end. */
final class SubscriptionPrinter implements SubscriptionListener {
  private final Output out;
  private final boolean untilCaughtUp;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile @Nullable RuntimeException failure;

  SubscriptionPrinter(Output out, boolean untilCaughtUp) {
    this.out = out;
    this.untilCaughtUp = untilCaughtUp;
  }

  /** Waits for the end, which may never come: whoever started the command ends it then. */
  void awaitEnd() throws InterruptedException {
    end.await();
  }

  /** Whether the output has no reader any more. */
  boolean readerHasGone() {
    return failure instanceof OutputClosedException;
  }

  /** Throws what ended the subscription, if it was not meant to end. */
  void throwFailure() {
    @Nullable RuntimeException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
  }

  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    print(commits, EventLines::of);
  }

  @Override
  public void onStoredEvents(List<EventStored> events, @Nullable Cursor cursor) {
    print(events, event -> List.of(EventLines.of(event)));
  }

  @Override
  public void onCaughtUp(Cursor cursor) {
    if (untilCaughtUp) {
      end.countDown();
    }
  }

  @Override
  public void onError(AetherException error) {
    end(error);
  }

  private <T> void print(List<T> items, Function<T, List<String>> lines) {
    if (end.getCount() == 0) {
      return; // Stored after the moment up to which it was asked for, or nobody reads.
    }
    try {
      items.forEach(item -> lines.apply(item).forEach(out::line));
      out.flush();
    } catch (OutputClosedException | CommandFailedException e) {
      end(e);
    }
  }

  private void end(RuntimeException why) {
    if (failure == null) {
      failure = why;
    }
    end.countDown();
  }
}
