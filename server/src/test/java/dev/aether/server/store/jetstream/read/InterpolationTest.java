package dev.aether.server.store.jetstream.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.JetStreamConfig;
import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.server.testing.OverheardRequests;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InterpolationTest {
  private static final Namespace NAMESPACE = new Namespace("far");
  private static final ActorId ACTOR = new ActorId("a");
  private static final ActorId OTHER = new ActorId("b");
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final int COMMITS = 1000;
  private static final Duration SOON = Duration.ofSeconds(30);

  private final TestNatsServer nats = TestNatsServer.start();
  private JetStreamStore store;
  private Connection watcher;
  private OverheardRequests requests;
  private final AtomicInteger commits = new AtomicInteger();

  @BeforeEach
  void open() throws Exception {
    store =
        JetStreamStore.open(
            new JetStreamConfig(
                List.of(nats.url()), "far", SOON, 1, true, Durability.Sync.UNKNOWN));
    watcher = Nats.connect(nats.url());
    requests = OverheardRequests.on(watcher, "$JS.API.DIRECT.GET.>");
  }

  @AfterEach
  void close() throws Exception {
    watcher.close();
    store.close();
    nats.close();
  }

  /** Saves commits without waiting for each. */
  private void save(ActorId actor, int count, IntUnaryOperator events) {
    CompletableFuture<?>[] saved =
        IntStream.range(0, count)
            .mapToObj(commit -> store.events().save(save(actor, events.applyAsInt(commit))))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(saved).join();
  }

  private Save save(ActorId actor, int events) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return new Save(
        NAMESPACE,
        actor,
        new CommitId("c" + commits.incrementAndGet()),
        new ExpectedVersion.Any(),
        Collections.nCopies(events, event),
        DIGEST,
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private List<LogEntry> read(long version) {
    return store
        .events()
        .read(new ActorRange(NAMESPACE, ACTOR, version, version, false))
        .next()
        .join();
  }

  private static void assertHolds(List<LogEntry> entries, long version) {
    assertEquals(1, entries.size(), "of version " + version);
    var commit = ((LogEntry.StoredCommit) entries.get(0)).commit();
    assertTrue(
        commit.firstVersion() <= version && version <= commit.lastVersion(),
        "versions %d to %d".formatted(commit.firstVersion(), commit.lastVersion()));
  }

  @Test
  void anEarlyVersionIsFoundInAFewRequestsIfCommitsAreClose() throws Exception {
    save(ACTOR, COMMITS, commit -> 2);
    for (long version : new long[] {COMMITS, COMMITS / 2, 3}) {
      requests.forget();
      assertHolds(read(version), version);
      List<String> made = requests.untilNow();
      assertTrue(made.size() <= 4, made + " for version " + version);
    }
  }

  @Test
  void everyVersionIsFoundHoweverUnevenlyVersionsGrow() {
    save(OTHER, 50, commit -> 1);
    save(ACTOR, COMMITS / 4, commit -> 1);
    save(OTHER, 300, commit -> 1);
    save(ACTOR, COMMITS / 4, commit -> 1 + commit % 50);
    save(ACTOR, COMMITS / 4, commit -> commit == 100 ? 900 : 1);
    long latest = store.events().versions(NAMESPACE, ACTOR).join().latest();
    for (long version = 1; version <= latest; version += 37) {
      assertHolds(read(version), version);
    }
  }
}
