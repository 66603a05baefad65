package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
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
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.client.SnapshotAheadException;
import dev.aether.client.SnapshotOutdatedException;
import dev.aether.client.VersionConflictException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

  private final String namespace = Requests.unique("java");
  private final AetherClient client;

  JavaClientTest(Fixture fixture) {
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
