package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Commit;
import java.lang.management.ManagementFactory;
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
  private CompletableFuture<CommitLog.Extent> extent = new CompletableFuture<>();

  private final class FakeLog implements CommitLog {
    @Override
    public CompletableFuture<CommitLog.Extent> extent(LogId log) {
      return extent;
    }

    @Override
    public CompletableFuture<Mark> mark(LogId log, long position) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes) {
      return new CompletableFuture<>();
    }

    @Override
    public Tail tail(LogId log, Mark after, TailListener listener) {
      listeners.add(listener);
      whileTailBegins.run();
      return () -> tailClosed.set(true);
    }
  }

  private LogFeed feed(String name, RingBudget budget) {
    return new LogFeed(new LogId(new Namespace(name), name, 0), new FakeLog(), budget, Mark.NONE);
  }

  private static LogEntry entry(long position) {
    return new LogEntry.StoredCommit(
        0,
        position,
        Instant.EPOCH,
        new ActorId("a"),
        EncodedCommit.of(Commit.getDefaultInstance()));
  }

  @Test
  void closingAFeedAmongManyRecordsOfOthersTakesLittleTime() {
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
    // This thread's own time, which other processes take no part of.
    long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    other.close();
    Duration took =
        Duration.ofNanos(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun);
    assertTrue(took.compareTo(Duration.ofSeconds(1)) < 0, took::toString);
    assertEquals(before / 2, budget.bytes());
    one.close();
    assertEquals(0, budget.bytes());
  }

  private LogFeed heardUpTo(long position) {
    LogFeed feed = feed("one", new RingBudget(Long.MAX_VALUE));
    feed.start();
    for (long at = 1; at <= position; at++) {
      listeners.get(0).onEntry(entry(at));
    }
    return feed;
  }

  private void endsAt(long head, boolean certain) {
    extent =
        CompletableFuture.completedFuture(new CommitLog.Extent(1, entry(head).mark(), 0, certain));
  }

  @Test
  void aFeedClosesWhenTheLogEndsBeforeWhatItReceived() {
    LogFeed feed = heardUpTo(3);
    endsAt(3, true);
    feed.probe();
    assertFalse(feed.isLost());
    endsAt(2, true);
    feed.probe();
    assertTrue(feed.isLost());
    assertTrue(tailClosed.get());
  }

  @Test
  void oneUncertainAnswerDoesNotCloseAFeed() {
    LogFeed feed = heardUpTo(3);
    endsAt(2, false);
    for (int i = 1; i < LogFeed.UNCERTAIN_PROBES_OF_A_LOSS; i++) {
      feed.probe();
    }
    assertFalse(feed.isLost());
    feed.probe();
    assertTrue(feed.isLost());
  }

  @Test
  void recordsThatArriveDuringAProbeAreNotLost() {
    LogFeed feed = heardUpTo(3);
    feed.probe();
    listeners.get(0).onEntry(entry(4));
    extent.complete(new CommitLog.Extent(1, entry(3).mark(), 0, true));
    assertFalse(feed.isLost());
  }

  @Test
  void aFeedClosesWhenASubscriberHandledAnotherCommitAtAPosition() {
    LogFeed feed = heardUpTo(3);
    assertEquals(1, feed.after(entry(2).mark(), 1_000_000).orElseThrow().size());
    Mark other = Mark.of(2, Instant.EPOCH.plusNanos(1));
    assertEquals(List.of(), feed.after(other, 1_000_000).orElseThrow());
    assertTrue(feed.isLost());
  }

  @Test
  void aFeedClosesWhenItsTailFindsAnotherCommit() {
    LogFeed feed = heardUpTo(3);
    AtomicBoolean told = new AtomicBoolean();
    feed.follow(() -> told.set(true));
    listeners.get(0).onLost();
    assertTrue(feed.isLost());
    assertTrue(told.get());
  }

  @Test
  void aTailThatStartsWhileTheFeedClosesIsClosed() {
    RingBudget budget = new RingBudget(Long.MAX_VALUE);
    LogFeed feed = feed("one", budget);
    whileTailBegins = feed::close;
    feed.start();
    assertTrue(tailClosed.get());
    listeners.get(0).onEntry(entry(1));
    assertEquals(0, budget.bytes());
  }
}
