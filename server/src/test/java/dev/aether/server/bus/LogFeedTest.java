package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Commit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LogFeedTest {
  private final List<CommitLog.TailListener> listeners = new ArrayList<>();
  private final AtomicBoolean tailClosed = new AtomicBoolean();
  private Runnable whileTailBegins = () -> {};

  private final class FakeLog implements CommitLog {
    @Override
    public CompletableFuture<CommitLog.Extent> extent(LogId log) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Page> read(LogId log, long after, long upTo, int maxBytes) {
      return new CompletableFuture<>();
    }

    @Override
    public Tail tail(LogId log, long after, TailListener listener) {
      listeners.add(listener);
      whileTailBegins.run();
      return () -> tailClosed.set(true);
    }
  }

  private LogFeed feed(String name, RingBudget budget) {
    return new LogFeed(new LogId(new Namespace(name), name, 0), new FakeLog(), budget, 0);
  }

  private static LogEntry entry(long position) {
    return new LogEntry.StoredCommit(
        0, position, Instant.EPOCH, new ActorId("a"), Commit.getDefaultInstance());
  }

  @Test
  void aFeedThatEndsAmongManyRecordsOfOthersHoldsUpNobody() {
    RingBudget budget = new RingBudget(Long.MAX_VALUE);
    LogFeed one = feed("one", budget);
    LogFeed other = feed("other", budget);
    one.start();
    other.start();
    for (int i = 1; i <= 80_000; i++) {
      listeners.get(0).onEntry(entry(i));
      listeners.get(1).onEntry(entry(i));
    }
    long before = budget.bytes();
    assertTimeout(Duration.ofSeconds(1), other::close);
    assertEquals(before / 2, budget.bytes());
    one.close();
    assertEquals(0, budget.bytes());
  }

  @Test
  void aTailThatBeginsWhileTheFeedEndsIsClosed() {
    RingBudget budget = new RingBudget(Long.MAX_VALUE);
    LogFeed feed = feed("one", budget);
    whileTailBegins = feed::close;
    feed.start();
    assertTrue(tailClosed.get());
    listeners.get(0).onEntry(entry(1));
    assertEquals(0, budget.bytes());
  }
}
