package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import dev.aether.v1.Snapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** NATS is unavailable for longer than forty attempts take. */
class LongOutageTest {
  private static final Namespace NAMESPACE = new Namespace("outage");
  private static final ActorId ACTOR = new ActorId("a");
  private static final Duration LONGER_THAN_FORTY_TRIES = Duration.ofSeconds(11);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  @Test
  void savesThatStartedInAnOutageAreStoredWhenNatsIsBack() {
    try (TestNatsServer nats = TestNatsServer.start();
        JetStreamStore store =
            JetStreamStore.open(
                new JetStreamConfig(
                    List.of(nats.url()),
                    "outage",
                    Duration.ofSeconds(10),
                    1,
                    true,
                    Durability.Sync.UNKNOWN))) {
      assertEquals(1, store.events().save(save("first")).join().lastVersion());
      nats.kill();
      CompletableFuture<Saved> saved = store.events().save(save("second"));
      CompletableFuture<?> snapshot =
          store
              .snapshots()
              .save(
                  NAMESPACE,
                  Snapshot.newBuilder().setActorId(ACTOR.value()).setVersion(1).build(),
                  System.nanoTime() + DEADLINE.toNanos());
      Executor later =
          CompletableFuture.delayedExecutor(
              LONGER_THAN_FORTY_TRIES.toMillis(), TimeUnit.MILLISECONDS);
      CompletableFuture.runAsync(nats::restart, later).join();
      assertEquals(2, saved.join().lastVersion());
      snapshot.join();
    }
  }

  private static Save save(String commitId) {
    return new Save(
        NAMESPACE,
        ACTOR,
        new CommitId(commitId),
        new ExpectedVersion.Any(),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + DEADLINE.toNanos());
  }
}
