package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import dev.aether.server.testing.Await;
import dev.aether.v1.Broadcast;
import dev.aether.v1.Commit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How a subscription that catches up with many logs reads from the store. */
class SubscriptionReadsTest {
  private static final int LOGS = 50;
  private static final int COMMITS = 3;
  private static final int SUBSCRIBERS = 200;
  private static final SubscribeCommand EVERYTHING =
      new SubscribeCommand(
          NamePattern.of(">"),
          new SubscribeCommand.Start.Beginning(),
          EventFilter.ALL,
          false,
          false);
  private static final Duration BOUND = Duration.ofSeconds(20);

  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger received = new AtomicInteger();
  private final AtomicInteger caughtUp = new AtomicInteger();

  @Test
  void aFewLogsAreReadAtATimeHoweverManyMatch() throws InterruptedException {
    try (EventBus bus = bus(after -> new CompletableFuture<>())) {
      Await.until("reads", BOUND, () -> reads.get() > 0);
      TimeUnit.MILLISECONDS.sleep(200);
      assertTrue(reads.get() <= 8, () -> reads + " pages would be in memory at once");
    }
  }

  @Test
  void aFailedReadIsRetriedAtTheNextTickAndNotAtOnce() throws InterruptedException {
    try (EventBus bus =
        bus(
            after ->
                CompletableFuture.failedFuture(StoreException.storeUnavailable("not connected")))) {
      Await.until("reads", BOUND, () -> reads.get() > LOGS);
      long begun = System.nanoTime();
      int before = reads.get();
      TimeUnit.MILLISECONDS.sleep(1000);
      int retried = reads.get() - before;
      // One for each log at each tick, and those of the tick before.
      long ticks = (System.nanoTime() - begun) / EventBus.TICK.toNanos() + 2;
      assertTrue(retried <= ticks * LOGS, () -> retried + " reads in " + ticks + " ticks");
      Await.until("a read to be retried", BOUND, () -> reads.get() > before);
    }
  }

  @Test
  void allLogsAreReadToTheirEnds() {
    try (EventBus bus =
        bus(
            after ->
                CompletableFuture.supplyAsync(
                    () -> new CommitLog.Page(List.of(entry(after + 1)), after + 1)))) {
      Await.until("all commits", BOUND, () -> received.get() == LOGS * COMMITS);
      Await.until("caught up", BOUND, () -> caughtUp.get() == 1);
    }
  }

  /** Otherwise, 10,000 of them would each read a page, and nobody else could read or save. */
  @Test
  void subscribersThatStoppedReadingRequestNoPagesWhenTheirTurnComes() {
    Queue<CompletableFuture<CommitLog.Page>> held = new ConcurrentLinkedQueue<>();
    AtomicBoolean ready = new AtomicBoolean(true);
    FakeLog log =
        new FakeLog(
            after -> {
              CompletableFuture<CommitLog.Page> page = new CompletableFuture<>();
              held.add(page);
              return page;
            });
    try (EventBus bus = new EventBus(new FakeStore(log))) {
      IntStream.range(0, SUBSCRIBERS)
          .forEach(
              i ->
                  bus.subscribe(
                      EVERYTHING,
                      new CountingSink() {
                        @Override
                        public boolean isReady() {
                          return ready.get();
                        }
                      }));
      Await.until("more reads than permits", BOUND, () -> bus.pages().hasWaiters());
      ready.set(false);
      Await.until(
          "nobody waits for a place",
          BOUND,
          () -> {
            for (var page = held.poll(); page != null; page = held.poll()) {
              page.complete(new CommitLog.Page(List.of(entry(1)), 1));
            }
            return !bus.pages().hasWaiters();
          });
      assertTrue(reads.get() <= PagePermits.MAX_PAGES + 4, () -> reads + " pages were read");
    }
  }

  /** Two of them would occupy both threads of the bus. */
  @Test
  void subscribersThatStopReadingWhileAPageIsRequestedOccupyNoThread() {
    FakeLog log =
        new FakeLog(
            after ->
                CompletableFuture.supplyAsync(
                    () -> new CommitLog.Page(List.of(entry(after + 1)), after + 1)));
    try (EventBus bus = new EventBus(new FakeStore(log))) {
      IntStream.range(0, 100)
          .forEach(
              times -> {
                AtomicInteger left = new AtomicInteger(times);
                bus.subscribe(
                    EVERYTHING,
                    new SinkBase() {
                      @Override
                      public boolean isReady() {
                        return left.getAndDecrement() > 0;
                      }
                    });
              });
      bus.subscribe(EVERYTHING, new CountingSink());
      Await.until("all commits", BOUND, () -> received.get() == LOGS * COMMITS);
    }
  }

  private static LogEntry entry(long position) {
    return new LogEntry.StoredCommit(
        0,
        position,
        Instant.EPOCH,
        new ActorId("a"),
        EncodedCommit.of(Commit.getDefaultInstance()));
  }

  private EventBus bus(LongFunction<CompletableFuture<CommitLog.Page>> read) {
    EventBus bus = new EventBus(new FakeStore(new FakeLog(read)));
    bus.subscribe(EVERYTHING, new CountingSink());
    return bus;
  }

  private final class FakeLog implements CommitLog {
    private final LongFunction<CompletableFuture<Page>> read;

    FakeLog(LongFunction<CompletableFuture<Page>> read) {
      this.read = read;
    }

    @Override
    public CompletableFuture<CommitLog.Extent> extent(LogId log) {
      return CompletableFuture.completedFuture(new CommitLog.Extent(1, Mark.at(COMMITS), 0, true));
    }

    @Override
    public CompletableFuture<Mark> mark(LogId log, long position) {
      return CompletableFuture.completedFuture(Mark.at(position));
    }

    @Override
    public CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes) {
      reads.incrementAndGet();
      return read.apply(after.position());
    }

    @Override
    public Tail tail(LogId log, Mark after, TailListener listener) {
      return () -> {};
    }
  }

  private static final class FakeNamespaces implements Namespaces {
    @Override
    public long storeId() {
      return 1;
    }

    @Override
    public CompletableFuture<Optional<Info>> find(Namespace namespace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Optional<Info>> look(Namespace namespace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Info> findOrCreate(Namespace namespace) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Info> create(Namespace namespace, Settings settings, long deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Info> update(Namespace namespace, Settings settings, long deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> delete(Namespace namespace, long deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<List<Info>> list(NamePattern pattern) {
      return CompletableFuture.completedFuture(
          IntStream.range(0, LOGS)
              .mapToObj(
                  i -> new Info(new Namespace("n" + i), "incarnation" + i, 1, 1, 0, Instant.EPOCH))
              .toList());
    }

    @Override
    public Watch watch(List<Info> known, Watcher watcher) {
      return () -> {};
    }
  }

  private static final class NoBroadcasts implements Broadcasts {
    @Override
    public int maxBytes() {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Void> publish(Broadcast broadcast, long deadline) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Listening listen(Listener listener) {
      return () -> {};
    }
  }

  private record FakeStore(CommitLog log) implements Store {
    @Override
    public EventStore events() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Actors actors() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Snapshots snapshots() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Broadcasts broadcasts() {
      return new NoBroadcasts();
    }

    @Override
    public Namespaces namespaces() {
      return new FakeNamespaces();
    }

    @Override
    public Duration silence() {
      return Duration.ZERO;
    }

    @Override
    public Optional<String> outage() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }

  private class CountingSink extends SinkBase {
    @Override
    public void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor) {
      received.addAndGet(commits.size());
    }

    @Override
    public void caughtUp(Cursor cursor) {
      caughtUp.incrementAndGet();
    }
  }
}
