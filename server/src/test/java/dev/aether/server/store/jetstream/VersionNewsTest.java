package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.OverheardRequests;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * What a node knows about an actor to which another node saves, judged by its requests to
 * JetStream.
 */
class VersionNewsTest {
  private static final Namespace NAMESPACE = new Namespace("news");
  private static final Duration SOON = Duration.ofSeconds(30);

  private static JetStreamStore open(TestNatsServer nats) {
    return JetStreamStore.open(
        new JetStreamConfig(List.of(nats.url()), "news", SOON, 1, true, Durability.Sync.UNKNOWN));
  }

  private static void save(JetStreamStore store, long expected) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    long saved =
        store
            .events()
            .save(
                new Save(
                    NAMESPACE,
                    new ActorId("a"),
                    new CommitId("c" + expected),
                    new ExpectedVersion.Exactly(expected),
                    List.of(event),
                    "tPY9GDwOgTZP73ZxyUVOZQ",
                    false,
                    new SaveOrder(),
                    System.nanoTime() + SOON.toNanos()))
            .join()
            .lastVersion();
    assertEquals(expected + 1, saved);
  }

  @Test
  void aNodeThatFollowsALogSavesAfterAnotherNodesCommitWithoutARead() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        JetStreamStore store = open(nats);
        JetStreamStore other = open(nats);
        Connection observer = Nats.connect(nats.url())) {
      OverheardRequests asked = OverheardRequests.on(observer, "$JS.API.DIRECT.GET.>");
      save(store, 0);
      LogId log =
          store.namespaces().find(NAMESPACE).join().map(Namespaces.Info::firstLog).orElseThrow();
      AtomicLong heard = new AtomicLong();
      CommitLog.Tail tail = store.log().tail(log, Mark.NONE, entry -> heard.set(entry.position()));
      for (int i = 1; i < 40; i += 2) {
        save(other, i);
        long position = i + 1L;
        Await.until("the other's commit", SOON, () -> heard.get() >= position);
        asked.forget();
        save(store, i + 1);
        assertEquals(List.of(), asked.untilNow());
      }

      tail.close();
      save(other, 41);
      asked.forget();
      save(store, 42);
      assertNotEquals(List.of(), asked.untilNow());
    }
  }
}
