package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LogTailTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @Test
  void aTailMayBeClosedWhileItReportsALoss() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        JetStreamStore store =
            JetStreamStore.open(
                new JetStreamConfig(
                    List.of(nats.url()), "tail", SOON, 1, true, Durability.Sync.UNKNOWN))) {
      Namespace namespace = new Namespace("n");
      Saved saved = store.events().save(save(namespace)).join();
      LogId log = store.namespaces().find(namespace).join().orElseThrow().firstLog();
      CountDownLatch reporting = new CountDownLatch(1);
      CountDownLatch reported = new CountDownLatch(1);
      CompletableFuture<CommitLog.Tail> tail = new CompletableFuture<>();
      Thread other =
          new Thread(
              () -> {
                try {
                  reporting.await();
                  tail.join().close();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      other.setDaemon(true);
      other.start();
      Mark anotherCommit = Mark.of(saved.position(), Instant.EPOCH.plusNanos(1));
      tail.complete(
          store
              .log()
              .tail(
                  log,
                  anotherCommit,
                  new CommitLog.TailListener() {
                    @Override
                    public void onEntry(LogEntry entry) {}

                    @Override
                    public void onLost() {
                      reporting.countDown();
                      Await.until(
                          "the other thread to wait for this one, or to have closed the tail",
                          SOON,
                          () ->
                              other.getState() == Thread.State.BLOCKED
                                  || other.getState() == Thread.State.TERMINATED);
                      tail.join().close();
                      reported.countDown();
                    }
                  }));
      assertTrue(reported.await(SOON.toSeconds(), TimeUnit.SECONDS));
      other.join(SOON.toMillis());
      assertFalse(other.isAlive());
    }
  }

  private static Save save(Namespace namespace) {
    return new Save(
        namespace,
        new ActorId("a"),
        new CommitId("c"),
        new ExpectedVersion.Any(),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }
}
