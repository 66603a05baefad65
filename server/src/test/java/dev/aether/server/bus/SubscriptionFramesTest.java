package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.codec.RequestDigest;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.server.testing.Await;
import dev.aether.v1.Broadcast;
import dev.aether.v1.Commit;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A subscription checks before each frame whether the subscriber is ready. */
class SubscriptionFramesTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final NewEvent EVENT = NewEvent.newBuilder().setEventType("E").build();

  /** Once open, it is ready for one frame at each check. */
  private static final class Sink extends SinkBase {
    final List<String> frames = new CopyOnWriteArrayList<>();
    final AtomicBoolean room = new AtomicBoolean();
    volatile boolean started;
    volatile boolean open;

    @Override
    public boolean isReady() {
      room.set(open);
      return open;
    }

    private void frame(String what) {
      frames.add(room.getAndSet(false) ? what : what + " without asking");
    }

    @Override
    public void started(Cursor cursor) {
      started = true;
    }

    @Override
    public void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor) {
      frame("commits " + commits.stream().map(SharedCommit::position).toList());
    }

    @Override
    public void cursor(Cursor cursor) {
      frame("cursor");
    }

    @Override
    public void caughtUp(Cursor cursor) {
      frame("caught up");
    }

    @Override
    public void heartbeat(Cursor cursor) {
      frame("heartbeat");
    }

    @Override
    public void corrupt(LogEntry.Corrupt record, Cursor cursor) {
      frame("corrupt " + record.position());
    }

    @Override
    public void broadcast(Broadcast broadcast) {
      frame("broadcast");
    }
  }

  private static SubscribeCommand all(SubscribeCommand.Start start) {
    return new SubscribeCommand(NamePattern.of(">"), start, EventFilter.ALL, true, true);
  }

  private static void save(InMemoryStore store) {
    save(store, "c", List.of(EVENT));
  }

  private static void save(InMemoryStore store, String commitId, List<NewEvent> events) {
    var unused =
        store
            .events()
            .save(
                new Save(
                    Namespace.DEFAULT,
                    new ActorId("a"),
                    new CommitId(commitId),
                    new ExpectedVersion.Any(),
                    events,
                    RequestDigest.of(events),
                    false,
                    new SaveOrder(),
                    System.nanoTime() + BOUND.toNanos()))
            .join();
  }

  private static void open(Sink sink, SubscriptionLoop subscription, int frames) {
    sink.open = true;
    subscription.wake();
    Await.until(frames + " frames", BOUND, () -> sink.frames.size() >= frames);
  }

  @Test
  void catchingUpABroadcastAndACommitAreThreeFrames() {
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      Sink sink = new Sink();
      SubscriptionLoop subscription = bus.subscribe(all(new SubscribeCommand.Start.Live()), sink);
      Await.until("started", BOUND, () -> sink.started);
      save(store);
      Broadcast broadcast = Broadcast.newBuilder().setNamespace("n").setEvent(EVENT).build();
      bus.publish(broadcast, System.nanoTime() + BOUND.toNanos()).join();

      open(sink, subscription, 3);

      assertEquals(List.of("caught up", "broadcast", "commits [1]"), sink.frames);
    }
  }

  @Test
  void aFrameHasAtMostTenThousandEventsHoweverSmallTheyAre() {
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      for (int i = 1; i <= 12; i++) {
        save(store, "c" + i, Collections.nCopies(1_000, EVENT));
      }
      Sink sink = new Sink();
      SubscriptionLoop subscription =
          bus.subscribe(all(new SubscribeCommand.Start.Beginning()), sink);
      Await.until("started", BOUND, () -> sink.started);

      open(sink, subscription, 2);

      assertEquals(
          List.of("commits [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]", "commits [11, 12]"),
          sink.frames.subList(0, 2));
    }
  }

  /** A log with damaged records. */
  private record DamagedLog(CommitLog log) implements CommitLog {
    @Override
    public CompletableFuture<Extent> extent(LogId id) {
      return CompletableFuture.completedFuture(new Extent(1, Mark.at(5), 0, true));
    }

    @Override
    public CompletableFuture<Mark> mark(LogId id, long position) {
      return CompletableFuture.completedFuture(Mark.at(position));
    }

    @Override
    public CompletableFuture<Page> read(LogId id, Mark after, long upTo, int maxBytes) {
      List<LogEntry> records =
          List.of(damaged(1), commit(2), commit(3), damaged(4), commit(5)).stream()
              .filter(record -> record.position() > after.position())
              .toList();
      return CompletableFuture.completedFuture(new Page(records, 5));
    }

    private static LogEntry damaged(long position) {
      return new LogEntry.Corrupt(0, position, "", "garbage");
    }

    private static LogEntry commit(long position) {
      return new LogEntry.StoredCommit(
          0,
          position,
          Instant.EPOCH,
          new ActorId("a"),
          EncodedCommit.of(Commit.getDefaultInstance()));
    }

    @Override
    public Tail tail(LogId id, Mark after, TailListener listener) {
      return () -> {};
    }
  }

  @Test
  void damagedRecordsOfAPageAreSentInFramesOfTheirOwn() {
    try (InMemoryStore store = new InMemoryStore(true)) {
      save(store);
      ForwardingStore damaged =
          new ForwardingStore(store) {
            @Override
            public CommitLog log() {
              return new DamagedLog(super.log());
            }
          };
      try (EventBus bus = new EventBus(damaged)) {
        Sink sink = new Sink();
        SubscriptionLoop subscription =
            bus.subscribe(all(new SubscribeCommand.Start.Beginning()), sink);

        open(sink, subscription, 5);

        assertEquals(
            List.of("corrupt 1", "commits [2, 3]", "corrupt 4", "commits [5]", "caught up"),
            sink.frames);
      }
    }
  }
}
