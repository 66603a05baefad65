package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Bytes;
import dev.aether.client.CallSettings;
import dev.aether.client.Cursor;
import dev.aether.client.CursorUnknownException;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.LoadedActor;
import dev.aether.client.LogSignal;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NamespaceExistsException;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.NamespaceNotFoundException;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.client.SnapshotAheadException;
import dev.aether.client.SnapshotOutdatedException;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionSignal;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.TooLargeException;
import dev.aether.client.VersionConflictException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Java client's calls against a real node. */
@ExtendWith(Fixtures.class)
@OnStore(Fixture.Kind.ONE_NATS)
final class JavaClientTest {
  private static final NewEvent COUNTED = NewEvent.json("Counted", "{}");
  private static final long BOUND_SECONDS = 30;

  private final String namespace = Requests.unique("java");
  private final AetherClient client;
  private final String otherEndpoint;

  JavaClientTest(Fixture fixture) {
    otherEndpoint = "127.0.0.1:" + fixture.b().port();
    client =
        AetherClient.builder()
            .endpoint("127.0.0.1:" + fixture.a().port())
            .namespace(namespace)
            .build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void anActorIsLoadedFromItsSnapshot() {
    for (int i = 0; i < 5; i++) {
      Saved unused = client.save("a", ExpectedVersion.exactly(i), COUNTED);
    }
    assertEquals(Optional.empty(), client.latestSnapshot("a"));
    Snapshot three = Snapshot.builder("a", 3, Bytes.utf8("{\"n\":3}")).build();

    client.saveSnapshot(three);

    assertEquals(3, client.latestSnapshot("a").orElseThrow().version());
    try (LoadedActor loaded = client.loadActor("a")) {
      assertEquals(three.state(), loaded.snapshot().orElseThrow().state());
      assertEquals(List.of(4L, 5L), loaded.events().map(Event::version).toList());
    }
    assertEquals(
        5,
        assertThrows(
                SnapshotAheadException.class,
                () -> client.saveSnapshot(Snapshot.builder("a", 6, three.state()).build()))
            .currentVersion());
    assertEquals(
        3,
        assertThrows(
                SnapshotOutdatedException.class,
                () -> client.saveSnapshot(Snapshot.builder("a", 2, three.state()).build()))
            .storedVersion());
    client.deleteSnapshot("a");
    assertEquals(Optional.empty(), client.latestSnapshot("a"));
  }

  @Test
  void aStreamOfSavesKeepsEachActorsOrderAndTellsConflicts() {
    List<CompletableFuture<Saved>> saves = new ArrayList<>();
    CompletableFuture<Saved> late;
    try (SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
      for (int i = 0; i < 300; i++) {
        saves.add(stream.save("a" + i % 3, ExpectedVersion.exactly(i / 3), COUNTED));
      }
      late = stream.save("a0", ExpectedVersion.exactly(0), COUNTED);
    }
    for (int i = 0; i < 300; i++) {
      assertEquals(i / 3 + 1, saves.get(i).join().firstVersion());
    }
    VersionConflictException conflict =
        (VersionConflictException) assertThrows(CompletionException.class, late::join).getCause();
    assertEquals(100, conflict == null ? 0 : conflict.currentVersion());
    assertEquals(100, client.versions("a1").latest());
    assertEquals(1, client.versions("a1").firstKept());
  }

  @Test
  void aLogIsReadFromItsCursorOn() {
    for (int i = 0; i < 3; i++) {
      Saved unused = client.save("a", ExpectedVersion.any(), COUNTED);
    }
    List<LogSignal> all = client.readLog(ReadLogOptions.all()).toList();
    assertEquals(List.of(1L, 2L, 3L), versions(all));
    LogSignal last = all.get(all.size() - 1);
    assertTrue(last instanceof LogSignal.CursorMoved, last::toString);

    Saved unused = client.save("b", ExpectedVersion.any(), COUNTED);

    Cursor cursor = ((LogSignal.CursorMoved) last).cursor();
    assertEquals(List.of(1L), versions(client.readLog(ReadLogOptions.after(cursor)).toList()));
    assertThrows(
        CursorUnknownException.class,
        () ->
            client
                .readLog(ReadLogOptions.builder().namespacePattern("x").after(cursor).build())
                .count());
  }

  private static List<Long> versions(List<LogSignal> signals) {
    return signals.stream()
        .flatMap(LogSignal::commits)
        .flatMapToLong(commit -> LongStream.of(commit.lastVersion()))
        .boxed()
        .toList();
  }

  @Test
  void aBroadcastReachesAListenerAndAStreamOfSignalsOnTheOtherNode() throws Exception {
    NewEvent ping = NewEvent.builder("Ping").data(Bytes.utf8("{}")).eventId("mine").build();
    SubscribeOptions options =
        SubscribeOptions.builder(SubscriptionStart.live()).includeBroadcasts(true).build();
    CountDownLatch connected = new CountDownLatch(1);
    CompletableFuture<String> heard = new CompletableFuture<>();
    SubscriptionListener listener =
        new SubscriptionListener() {
          @Override
          public void onCaughtUp(Cursor cursor) {
            connected.countDown();
          }

          @Override
          public void onBroadcast(String of, NewEvent event) {
            heard.complete(of + " " + event.type() + " " + event.eventId());
          }

          @Override
          public void onError(AetherException error) {
            heard.completeExceptionally(error);
          }
        };
    try (AetherClient other =
            AetherClient.builder().endpoint(otherEndpoint).namespace(namespace).build();
        Subscription unused = other.subscribe(options, listener);
        Stream<SubscriptionSignal> signals = other.subscribe(options)) {
      Iterator<SubscriptionSignal> iterator = signals.iterator();
      assertTrue(connected.await(BOUND_SECONDS, TimeUnit.SECONDS), "caught up");
      while (!(iterator.next() instanceof SubscriptionSignal.CaughtUp)) {
        // What comes before it.
      }

      client.publish(ping);

      assertEquals(namespace + " Ping mine", heard.get(BOUND_SECONDS, TimeUnit.SECONDS));
      SubscriptionSignal next = iterator.next();
      while (!(next instanceof SubscriptionSignal.Broadcast)) {
        next = iterator.next();
      }
      NewEvent event = ((SubscriptionSignal.Broadcast) next).event();
      assertEquals(ping.data(), event.data());
      assertEquals("application/json", event.contentType());
    }
  }

  @Test
  void aBroadcastThatIsTooLargeIsRefusedByItsType() {
    NewEvent large = NewEvent.builder("Large").data(new byte[4 * 1024 * 1024]).build();
    assertThrows(TooLargeException.class, () -> client.publish(large));
  }

  @Test
  void aConflictBringsWhatTheWriterMissed() {
    for (int i = 0; i < 4; i++) {
      Saved unused = client.save("a", ExpectedVersion.exactly(i), COUNTED);
    }
    SaveCommand late =
        SaveCommand.builder("a", ExpectedVersion.exactly(1))
            .event(COUNTED)
            .maxMissedEvents(10)
            .build();
    VersionConflictException conflict =
        assertThrows(VersionConflictException.class, () -> client.save(late));
    assertEquals(
        List.of(2L, 3L, 4L), conflict.missedEvents().stream().map(Event::version).toList());
  }

  @Test
  void namespacesAreMadeListedAndDeleted() {
    NamespaceInfo made = client.namespaces().create(namespace, NamespaceConfig.defaults());

    assertEquals(made, client.namespaces().get(namespace));
    assertThrows(
        NamespaceExistsException.class,
        () -> client.namespaces().create(namespace, NamespaceConfig.defaults()));
    try (Stream<NamespaceInfo> listed = client.namespaces().list(">")) {
      assertTrue(listed.anyMatch(made::equals));
    }
    client.namespaces().delete(namespace);
    assertThrows(NamespaceNotFoundException.class, () -> client.namespaces().get(namespace));
    assertEquals(0, client.latestVersion("a", CallSettings.defaults()));
  }
}
