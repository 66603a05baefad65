package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.server.testing.Await;
import dev.aether.v1.Broadcast;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Broadcasts when subscribers or the store do not accept them. */
class BroadcastDispatcherTest {
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
  void broadcastsBeyondTheQueueAreCountedAndTheEarlierOnesAreDelivered() {
    int over = 44;
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      Sink slow = new Sink();
      SubscriptionLoop stalled = bus.subscribe(asking(), slow);
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
  void aClosedSubscriptionIsOfferedNoBroadcasts() {
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      Sink slow = new Sink();
      SubscriptionLoop ended = bus.subscribe(asking(), slow);
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

  /** Answers when the test says so, except that it refuses large broadcasts at once. */
  private static final class HoldingBroadcasts implements Broadcasts {
    final List<CompletableFuture<@Nullable Void>> held = new ArrayList<>();

    @Override
    public int maxBytes() {
      return 100;
    }

    @Override
    public CompletableFuture<@Nullable Void> publish(Broadcast broadcast, long deadline) {
      if (broadcast.getSerializedSize() > maxBytes()) {
        return CompletableFuture.failedFuture(
            StoreException.broadcastTooLarge(maxBytes(), broadcast.getSerializedSize()));
      }
      CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
      held.add(answer);
      return answer;
    }

    @Override
    public Listening listen(Listener listener) {
      return () -> {};
    }
  }

  private static void assertRefused(Reason why, CompletableFuture<@Nullable Void> publishing) {
    CompletionException refused = assertThrows(CompletionException.class, publishing::join);
    assertTrue(StoreException.hasReason(refused, why), refused::toString);
  }

  @Test
  void broadcastsInProgressAreLimited() {
    HoldingBroadcasts store = new HoldingBroadcasts();
    try (BroadcastDispatcher broadcasting = new BroadcastDispatcher(store)) {
      for (int i = 0; i < BroadcastDispatcher.MAX_PUBLISHING; i++) {
        var unused = broadcasting.publish(broadcast(i), 0);
      }
      assertRefused(Reason.OVERLOADED, broadcasting.publish(broadcast(0), 0));
      assertEquals(BroadcastDispatcher.MAX_PUBLISHING, store.held.size());

      store.held.get(0).complete(null);
      var unused = broadcasting.publish(broadcast(0), 0);
      assertEquals(BroadcastDispatcher.MAX_PUBLISHING + 1, store.held.size());
    }
  }

  @Test
  void aBroadcastThatIsTooLargeIsRefusedAsSuchEvenIfTooManyAreInProgress() {
    Broadcast tooLarge =
        broadcast(0).toBuilder()
            .setNamespace("n".repeat(new HoldingBroadcasts().maxBytes()))
            .build();
    try (BroadcastDispatcher broadcasting = new BroadcastDispatcher(new HoldingBroadcasts())) {
      for (int i = 0; i < BroadcastDispatcher.MAX_PUBLISHING; i++) {
        var unused = broadcasting.publish(broadcast(i), 0);
      }
      assertRefused(Reason.COMMIT_TOO_LARGE, broadcasting.publish(tooLarge, 0));
      assertRefused(Reason.OVERLOADED, broadcasting.publish(broadcast(0), 0));
    }
  }

  @Test
  void aClosedBusPublishesNothing() {
    try (InMemoryStore store = new InMemoryStore(true)) {
      EventBus bus = new EventBus(store);
      bus.close();
      assertRefused(Reason.SHUTTING_DOWN, bus.publish(broadcast(0), 0));
    }
  }

  /** Is ready only while the test says so. */
  private static final class Sink extends SinkBase {
    final List<Broadcast> broadcasts = new CopyOnWriteArrayList<>();
    volatile boolean ready;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void broadcast(Broadcast broadcast) {
      broadcasts.add(broadcast);
    }
  }
}
