package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.server.testing.Await;
import dev.aether.v1.Broadcast;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of broadcasts where subscribers or the store take none. */
class BroadcastingTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static Broadcast broadcast(int number) {
    return Broadcast.newBuilder()
        .setNamespace("n")
        .setEvent(NewEvent.newBuilder().setEventType("E" + number))
        .build();
  }

  private static SubscribeCommand asking() {
    return new SubscribeCommand(
        NamePattern.of("*"), new SubscribeCommand.Start.Live(), EventFilter.ALL, false, true);
  }

  private static List<Broadcast> publish(EventBus bus, int count) {
    List<Broadcast> published = IntStream.range(0, count).mapToObj(i -> broadcast(i)).toList();
    published.forEach(each -> bus.publish(each, System.nanoTime() + BOUND.toNanos()).join());
    return published;
  }

  @Test
  void whatASlowSubscriberHasNoRoomForIsCountedAndTheFirstOnesComeWhenItReads() {
    int over = 44;
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      Sink slow = new Sink(false);
      Subscription stalled = bus.subscribe(asking(), slow);
      List<Broadcast> all = publish(bus, BroadcastQueue.MAX_BROADCASTS + over);

      assertEquals(over, bus.droppedBroadcasts());
      assertEquals(List.of(), slow.broadcasts);
      slow.ready = true;
      stalled.wake();
      List<Broadcast> kept = all.subList(0, BroadcastQueue.MAX_BROADCASTS);
      Await.until("what was kept", BOUND, () -> slow.broadcasts.size() >= kept.size());
      assertEquals(kept, slow.broadcasts);
    }
  }

  @Test
  void aSubscriptionThatHasEndedIsOfferedNothing() {
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      Sink slow = new Sink(false);
      Subscription ended = bus.subscribe(asking(), slow);
      ended.close();
      Await.until(
          "nothing is dropped any more",
          BOUND,
          () -> {
            long before = bus.droppedBroadcasts();
            publish(bus, BroadcastQueue.MAX_BROADCASTS + 1);
            return bus.droppedBroadcasts() == before;
          });
    }
  }

  @Test
  void whatIsOnItsWayIsBounded() {
    List<CompletableFuture<@Nullable Void>> held = new ArrayList<>();
    Broadcasts store =
        new Broadcasts() {
          @Override
          public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
            CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
            held.add(answer);
            return answer;
          }

          @Override
          public Listening listen(Listener listener) {
            return () -> {};
          }
        };
    try (Broadcasting broadcasting = new Broadcasting(store)) {
      for (int i = 0; i < Broadcasting.MAX_PUBLISHING; i++) {
        var unused = broadcasting.publish(broadcast(i), 0);
      }
      CompletionException refused =
          assertThrows(
              CompletionException.class, () -> broadcasting.publish(broadcast(0), 0).join());
      assertInstanceOf(StoreException.Overloaded.class, Objects.requireNonNull(refused.getCause()));
      assertEquals(Broadcasting.MAX_PUBLISHING, held.size());

      held.get(0).complete(null);
      var unused = broadcasting.publish(broadcast(0), 0);
      assertEquals(Broadcasting.MAX_PUBLISHING + 1, held.size());
    }
  }

  @Test
  void aClosedBusPublishesNothing() {
    try (InMemoryStore store = new InMemoryStore(true)) {
      EventBus bus = new EventBus(store);
      bus.close();
      CompletionException refused =
          assertThrows(CompletionException.class, () -> bus.publish(broadcast(0), 0).join());
      assertInstanceOf(
          StoreException.ShuttingDown.class, Objects.requireNonNull(refused.getCause()));
    }
  }

  /** Takes frames only while the test says so. */
  private static final class Sink implements SubscriptionSink {
    final List<Broadcast> broadcasts = new CopyOnWriteArrayList<>();
    volatile boolean ready;

    Sink(boolean ready) {
      this.ready = ready;
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void broadcast(Broadcast broadcast) {
      broadcasts.add(broadcast);
    }

    @Override
    public void started(Cursor cursor) {}

    @Override
    public void commits(String namespace, List<SharedCommit> commits, Optional<Cursor> cursor) {}

    @Override
    public void cursor(Cursor cursor) {}

    @Override
    public void caughtUp(Cursor cursor) {}

    @Override
    public void heartbeat(Cursor cursor) {}

    @Override
    public void corrupt(LogEntry.Corrupt record, Cursor cursor) {}

    @Override
    public void namespaceDeleted(String namespace) {}

    @Override
    public void failed(StoreException why) {}
  }
}
