package dev.aether.server.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.memory.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A subscriber is told about the end of its subscription, whatever the cause. */
@Timeout(60)
class SubscriptionEndsTest {
  private static final SubscribeCommand ALL =
      new SubscribeCommand(
          NamePattern.of(">"), new SubscribeCommand.Start.Live(), EventFilter.ALL, false, false);

  private static final class Sink extends SinkBase {}

  private static Throwable end(SinkBase sink) throws Exception {
    return sink.failure.get(20, TimeUnit.SECONDS);
  }

  @Test
  void anErrorInTheLoopReachesTheSubscriber() throws Exception {
    Error error = new StackOverflowError("of a test");
    SinkBase sink =
        new SinkBase() {
          @Override
          public void started(Cursor cursor) {
            throw error;
          }
        };
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      bus.subscribe(ALL, sink);
      assertSame(error, end(sink));
    }
  }

  @Test
  void anUnexpectedExceptionInTheLoopIsNotReportedAsAnOutage() throws Exception {
    RuntimeException fault = new IllegalStateException("of a test");
    SinkBase sink =
        new SinkBase() {
          @Override
          public void caughtUp(Cursor cursor) {
            throw fault;
          }
        };
    try (InMemoryStore store = new InMemoryStore(true);
        EventBus bus = new EventBus(store)) {
      bus.subscribe(ALL, sink);
      assertSame(fault, end(sink));
    }
  }

  /** Closes the bus while a subscription is being admitted. */
  private static final class ClosingStore extends ForwardingStore {
    private Runnable closing = () -> {};

    ClosingStore(InMemoryStore store) {
      super(store);
    }

    @Override
    public CommitLog log() {
      closing.run();
      return super.log();
    }
  }

  @Test
  void aSubscriptionIsRefusedWhileTheBusCloses() {
    try (ClosingStore store = new ClosingStore(new InMemoryStore(true))) {
      EventBus bus = new EventBus(store);
      store.closing = bus::close;
      var refused = assertThrows(StoreException.class, () -> bus.subscribe(ALL, new Sink()));
      assertEquals(Reason.SHUTTING_DOWN, refused.reason());
    }
  }

  @Test
  void everySubscriptionLearnsAtOnceThatTheBusCloses() throws Exception {
    try (InMemoryStore store = new InMemoryStore(true)) {
      for (int round = 0; round < Integer.getInteger("aether.closing.rounds", 100); round++) {
        EventBus bus = new EventBus(store);
        CompletableFuture<List<Sink>> subscribing =
            CompletableFuture.supplyAsync(() -> subscribeUntilRefused(bus));
        bus.close();
        for (Sink sink : subscribing.get(20, TimeUnit.SECONDS)) {
          assertTrue(StoreException.hasReason(end(sink), Reason.SHUTTING_DOWN));
        }
      }
    }
  }

  private static List<Sink> subscribeUntilRefused(EventBus bus) {
    List<Sink> sinks = new ArrayList<>();
    try {
      while (true) {
        Sink sink = new Sink();
        bus.subscribe(ALL, sink);
        sinks.add(sink);
      }
    } catch (StoreException e) {
      assertEquals(Reason.SHUTTING_DOWN, e.reason());
      return sinks;
    }
  }
}
