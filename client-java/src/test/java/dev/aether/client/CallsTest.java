package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CommitAt;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.CreateNamespaceResponse;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.DeleteNamespaceResponse;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.GetLatestSnapshotResponse;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.GetNamespaceResponse;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.ListNamespacesResponse;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.PublishResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import dev.aether.v1.UpdateNamespaceRequest;
import dev.aether.v1.UpdateNamespaceResponse;
import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Snapshots, logs, lists, namespaces and broadcasts. */
@Timeout(60)
final class CallsTest {
  private static final Snapshot SNAPSHOT =
      Snapshot.builder("order-1", 7, Bytes.utf8("{}"))
          .contentType("application/json")
          .metadata("k", "v")
          .timestamp(Instant.ofEpochSecond(1, 2))
          .build();

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().namespace("shop").build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aSnapshotIsSavedAndComesBackAsItWas() throws InterruptedException {
    server.snapshotSaves.add(fail(Status.UNAVAILABLE.asException()));
    server.snapshotSaves.add(answer(SaveSnapshotResponse.getDefaultInstance()));

    client.saveSnapshot(SNAPSHOT);

    SaveSnapshotRequest first = server.received(SaveSnapshotRequest.class);
    assertEquals("shop", first.getNamespace());
    assertEquals(first, server.received(SaveSnapshotRequest.class));
    server.snapshots.add(
        answer(GetLatestSnapshotResponse.newBuilder().setSnapshot(first.getSnapshot()).build()));
    assertEquals(Optional.of(SNAPSHOT), client.latestSnapshot("order-1"));
  }

  @Test
  void anActorWithoutASnapshotHasNone() {
    server.snapshots.add(fail(error(Status.Code.NOT_FOUND, "NO_SNAPSHOT", Map.of())));

    assertEquals(Optional.empty(), client.latestSnapshot("order-1"));
  }

  @Test
  void aSnapshotThatDoesNotFitTheActorIsRefusedWithTheVersions() {
    server.snapshotSaves.add(
        fail(
            error(
                Status.Code.FAILED_PRECONDITION,
                "SNAPSHOT_AHEAD",
                Map.of("current_version", "5"))));
    server.snapshotSaves.add(
        fail(
            error(
                Status.Code.FAILED_PRECONDITION,
                "SNAPSHOT_OUTDATED",
                Map.of("stored_version", "9"))));

    assertEquals(
        5,
        assertThrows(SnapshotAheadException.class, () -> client.saveSnapshot(SNAPSHOT))
            .currentVersion());
    assertEquals(
        9,
        assertThrows(SnapshotOutdatedException.class, () -> client.saveSnapshot(SNAPSHOT))
            .storedVersion());
  }

  @Test
  void aSnapshotWithoutAnAnswerIsUnknown() {
    server.connect(client);
    server.snapshotSaves.add(ScriptedServer.silence());

    assertThrows(
        OutcomeUnknownException.class,
        () ->
            client.saveSnapshot(
                SNAPSHOT, CallSettings.defaults().withDeadline(Duration.ofSeconds(1))));
  }

  @Test
  void aSnapshotThatNoServerTakesIsNotSent() {
    TooLargeException e =
        assertThrows(
            TooLargeException.class,
            () ->
                client.saveSnapshot(
                    Snapshot.builder("a", 1, Bytes.wrap(new byte[5_000_000])).build()));

    assertEquals(Reason.SNAPSHOT_TOO_LARGE, e.reason());
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void aSnapshotIsDeleted() throws InterruptedException {
    server.snapshotDeletes.add(answer(DeleteSnapshotResponse.getDefaultInstance()));

    client.deleteSnapshot("order-1");

    assertEquals("order-1", server.received(DeleteSnapshotRequest.class).getActorId());
  }

  @Test
  void anActorIsLoadedFromItsSnapshotAndTheEventsAfterIt() {
    server.loads.add(
        (request, caller) -> {
          caller.onNext(
              LoadActorResponse.newBuilder()
                  .setSnapshot(dev.aether.v1.Snapshot.newBuilder().setActorId("a").setVersion(10))
                  .addEvents(dev.aether.v1.Event.newBuilder().setVersion(11))
                  .build());
          caller.onNext(
              LoadActorResponse.newBuilder()
                  .addEvents(dev.aether.v1.Event.newBuilder().setVersion(12))
                  .build());
          caller.onCompleted();
        });

    long sum =
        client
            .loadActor("a")
            .fold(
                snapshot -> snapshot.map(Snapshot::version).orElse(0L),
                (state, event) -> state + event.version());

    assertEquals(33, sum);
  }

  @Test
  void anActorWithoutASnapshotIsLoadedFromItsEventsAndOneNobodyWroteFromNothing() {
    server.loads.add(
        answer(
            LoadActorResponse.newBuilder()
                .addEvents(dev.aether.v1.Event.newBuilder().setVersion(1))
                .addEvents(dev.aether.v1.Event.newBuilder().setVersion(2))
                .build()));
    server.loads.add(answer(LoadActorResponse.getDefaultInstance()));

    try (LoadedActor loaded = client.loadActor("a")) {
      assertEquals(Optional.empty(), loaded.snapshot());
      assertEquals(List.of(1L, 2L), loaded.events().map(Event::version).toList());
    }
    try (LoadedActor loaded = client.loadActor("nobody")) {
      assertEquals(Optional.empty(), loaded.snapshot());
      assertEquals(0, loaded.events().count());
    }
  }

  @Test
  void aPublisherGivesThePartsOfAnActor() throws InterruptedException {
    server.loads.add(
        answer(
            LoadActorResponse.newBuilder()
                .setSnapshot(dev.aether.v1.Snapshot.newBuilder().setActorId("a").setVersion(10))
                .addEvents(dev.aether.v1.Event.newBuilder().setVersion(11))
                .build()));
    Recorder<ActorPart> recorder = new Recorder<>();
    client.async().loadActor("a", LoadOptions.defaults()).subscribe(recorder);

    recorder.request(9);
    recorder.awaitEnd();

    assertInstanceOf(ActorPart.SnapshotPart.class, recorder.items().get(0));
    assertInstanceOf(ActorPart.EventPart.class, recorder.items().get(1));
    assertEquals(2, recorder.items().size());
  }

  @Test
  void theVersionsOfAnActorAreTheLatestAndTheFirstStillKept() {
    server.latest.add(
        answer(GetLatestVersionResponse.newBuilder().setVersion(9).setFirstKeptVersion(4).build()));

    assertEquals(new ActorVersions(9, 4), client.versions("a"));
  }

  @Test
  void aLogIsReadAsAskedWithItsCursorsAndErrors() throws InterruptedException {
    server.logReads.add(
        answer(
            ReadLogResponse.newBuilder()
                .addCommits(CommitAt.newBuilder().setPosition(4))
                .addErrors(dev.aether.v1.ReplayError.newBuilder().setPosition(5))
                .setCursor("c5")
                .build()));

    List<LogSignal> signals =
        client
            .readLog(
                ReadLogOptions.builder()
                    .namespacePattern("tenants.*")
                    .after(Cursor.of("c3"))
                    .eventType("A")
                    .actorPattern("order.>")
                    .maxCount(5)
                    .reportCorrupt(true)
                    .build())
            .toList();

    assertEquals(4, signals.get(0).commits().findFirst().orElseThrow().position());
    assertEquals(5, ((LogSignal.Corrupt) signals.get(1)).error().position());
    assertEquals(new LogSignal.CursorMoved(Cursor.of("c5")), signals.get(2));
    ReadLogRequest request = server.received(ReadLogRequest.class);
    assertEquals("tenants.*", request.getNamespacePattern());
    assertEquals("c3", request.getCursor());
    assertEquals(List.of("A"), request.getFilter().getEventTypesList());
    assertEquals("order.>", request.getFilter().getActorPattern());
    assertEquals(5, request.getMaxCount());
    assertTrue(request.getReportCorrupt());
  }

  @Test
  void actorsAreListedPageAfterPageAndOnlyAsFarAsTheyAreRead() throws InterruptedException {
    for (int page = 0; page < 9; page++) {
      server.actorLists.add(
          answer(
              ListActorsResponse.newBuilder()
                  .addActors(
                      dev.aether.v1.ActorSummary.newBuilder().setActorId("a" + page).setVersion(3))
                  .setNextPageToken("t" + page)
                  .build()));
    }
    server.actorLists.add(
        answer(
            ListActorsResponse.newBuilder()
                .addActors(dev.aether.v1.ActorSummary.newBuilder().setActorId("last"))
                .build()));
    ListActorsOptions options = ListActorsOptions.withPrefix("a").withPageSize(1);

    try (Stream<ActorSummary> actors = client.listActors(options)) {
      assertEquals(new ActorSummary("a0", 3), actors.iterator().next());
    }
    ListActorsRequest first = server.received(ListActorsRequest.class);
    assertEquals("shop", first.getNamespace());
    assertEquals("a", first.getPrefix());
    assertEquals(1, first.getPageSize());
    assertEquals("", first.getPageToken());
    assertTrue(server.requests.size() <= 3, () -> server.requests.size() + " pages ahead");
  }

  @Test
  void aListEndsWithItsLastPage() throws InterruptedException {
    server.actorLists.add(answer(ListActorsResponse.newBuilder().setNextPageToken("t1").build()));
    server.actorLists.add(
        answer(
            ListActorsResponse.newBuilder()
                .addActors(dev.aether.v1.ActorSummary.newBuilder().setActorId("b"))
                .build()));

    assertEquals(
        List.of(new ActorSummary("b", 0)), client.listActors(ListActorsOptions.all()).toList());
    assertEquals("", server.received(ListActorsRequest.class).getPageToken());
    assertEquals("t1", server.received(ListActorsRequest.class).getPageToken());
  }

  @Test
  void aPageThatFailsEndsTheList() throws InterruptedException {
    server.actorLists.add(
        answer(
            ListActorsResponse.newBuilder()
                .addActors(dev.aether.v1.ActorSummary.newBuilder().setActorId("a"))
                .setNextPageToken("t1")
                .build()));
    server.actorLists.add(fail(error(Status.Code.INVALID_ARGUMENT, "INVALID_REQUEST", Map.of())));
    Recorder<ActorSummary> recorder = new Recorder<>();
    client.async().listActors(ListActorsOptions.all()).subscribe(recorder);

    recorder.request(9);
    recorder.awaitEnd();

    assertEquals(1, recorder.items().size());
    assertInstanceOf(InvalidRequestException.class, recorder.error());
  }

  @Test
  void namespacesAreMadeReadChangedListedAndDeleted() throws InterruptedException {
    NamespaceConfig config =
        NamespaceConfig.defaults()
            .withReplicas(3)
            .withPartitions(4)
            .withHistory(new HistoryRules(100, Duration.ofDays(30)))
            .withMaxBytes(1 << 30);
    server.creations.add(
        (request, caller) -> {
          caller.onNext(
              CreateNamespaceResponse.newBuilder()
                  .setNamespace(
                      dev.aether.v1.Namespace.newBuilder()
                          .setNamespace(request.getNamespace())
                          .setConfig(request.getConfig())
                          .setIncarnation("i1"))
                  .build());
          caller.onCompleted();
        });
    assertEquals(
        new NamespaceInfo("orders", config, "i1", Instant.EPOCH),
        client.namespaces().create("orders", config));
    assertEquals(4, server.received(CreateNamespaceRequest.class).getConfig().getPartitions());

    dev.aether.v1.Namespace orders =
        dev.aether.v1.Namespace.newBuilder().setNamespace("orders").build();
    server.namespaces.add(answer(GetNamespaceResponse.newBuilder().setNamespace(orders).build()));
    NamespaceInfo plain =
        new NamespaceInfo("orders", NamespaceConfig.defaults(), "", Instant.EPOCH);
    assertEquals(plain, client.namespaces().get("orders"));
    server.requests.clear();

    server.updates.add(answer(UpdateNamespaceResponse.newBuilder().setNamespace(orders).build()));
    assertEquals(plain, client.namespaces().update("orders", config));
    assertEquals(3, server.received(UpdateNamespaceRequest.class).getConfig().getReplicas());

    server.namespaceLists.add(
        answer(
            ListNamespacesResponse.newBuilder()
                .addNamespaces(orders)
                .setNextPageToken("t")
                .build()));
    server.namespaceLists.add(answer(ListNamespacesResponse.getDefaultInstance()));
    assertEquals(List.of(plain), client.namespaces().list(">").toList());
    assertEquals(">", server.received(ListNamespacesRequest.class).getPattern());
    server.requests.clear();

    server.deletions.add(answer(DeleteNamespaceResponse.getDefaultInstance()));
    client.namespaces().delete("orders");
    DeleteNamespaceRequest deletion = server.received(DeleteNamespaceRequest.class);
    assertEquals("orders", deletion.getNamespace());
    assertEquals("orders", deletion.getConfirm());
  }

  @Test
  void aNamespaceThatIsThereAfterALostAnswerMayBeThisCallsOwn() {
    server.creations.add(fail(Status.UNAVAILABLE.asException()));
    server.creations.add(
        fail(error(Status.Code.ALREADY_EXISTS, "NAMESPACE_EXISTS", Map.of("namespace", "orders"))));
    server.creations.add(
        fail(error(Status.Code.ALREADY_EXISTS, "NAMESPACE_EXISTS", Map.of("namespace", "orders"))));

    NamespaceExistsException maybe =
        assertThrows(
            NamespaceExistsException.class,
            () -> client.namespaces().create("orders", NamespaceConfig.defaults()));
    assertTrue(maybe.maybeCreatedByThisCall());
    assertEquals("orders", maybe.namespace());
    assertFalse(
        assertThrows(
                NamespaceExistsException.class,
                () -> client.namespaces().create("orders", NamespaceConfig.defaults()))
            .maybeCreatedByThisCall());
  }

  @Test
  void aDeletionIsNotRepeatedOnceItMayBeDone() {
    server.deletions.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    server.deletions.add(fail(Status.UNAVAILABLE.asException()));
    server.deletions.add(answer(DeleteNamespaceResponse.getDefaultInstance()));

    assertThrows(OutcomeUnknownException.class, () -> client.namespaces().delete("orders"));

    assertEquals(2, server.requests.size());
  }

  @Test
  void aNamespaceThatIsNotThereIsNamed() {
    server.namespaces.add(
        fail(error(Status.Code.NOT_FOUND, "NAMESPACE_NOT_FOUND", Map.of("namespace", "x"))));

    assertEquals(
        "x",
        assertThrows(NamespaceNotFoundException.class, () -> client.namespaces().get("x"))
            .namespace());
  }

  @Test
  void aBroadcastIsSentOnceAndNotAgainOnceItMayBeOut() throws Exception {
    server.broadcasts.add(answer(PublishResponse.getDefaultInstance()));
    client.publish(NewEvent.json("Ping", "{}"));
    PublishRequest request = server.received(PublishRequest.class);
    assertEquals("shop", request.getNamespace());
    assertEquals("Ping", request.getEvent().getEventType());

    server.broadcasts.add(fail(Status.UNAVAILABLE.asException()));
    assertThrows(OutcomeUnknownException.class, () -> client.publish(NewEvent.json("Ping", "{}")));
    assertEquals(1, server.requests.size());
    assertNull(server.broadcasts.poll());
  }

  @Test
  void newCallsLeaveANodeThatStops() throws Exception {
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .build()) {
      GetLatestVersionResponse nine = GetLatestVersionResponse.newBuilder().setVersion(9).build();
      AtomicReference<ScriptedServer> first = new AtomicReference<>();
      for (ScriptedServer each : List.of(server, other)) {
        each.latest.add(
            (request, caller) -> {
              if (first.compareAndSet(null, each)) {
                caller.onError(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of()));
              } else {
                caller.onNext(nine);
                caller.onCompleted();
              }
            });
        for (int i = 0; i < 9; i++) {
          each.latest.add(answer(nine));
        }
      }

      assertEquals(9, both.async().latestVersion("a").get(20, TimeUnit.SECONDS));

      ScriptedServer stopping = java.util.Objects.requireNonNull(first.get());
      ScriptedServer staying = stopping == server ? other : server;
      assertEquals(1, stopping.requests.size());
      for (int i = 0; i < 5; i++) {
        both.latestVersion("a");
      }
      assertEquals(1, stopping.requests.size());
      assertEquals(6, staying.requests.size());
    }
  }

  @Test
  void callsStayWithTheirNodeIfTheChannelToAnotherCannotBeConfigured() throws Exception {
    AtomicInteger channels = new AtomicInteger();
    try (ScriptedServer other = new ScriptedServer();
        AetherClient both =
            AetherClient.builder()
                .endpoints(List.of(server.endpoint(), other.endpoint()))
                .configureChannel(
                    channel -> {
                      if (channels.incrementAndGet() > 1) {
                        throw new IllegalStateException("the configuration is gone");
                      }
                    })
                .build()) {
      for (ScriptedServer each : List.of(server, other)) {
        each.latest.add(fail(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of())));
        each.latest.add(answer(GetLatestVersionResponse.newBuilder().setVersion(9).build()));
      }

      assertEquals(9, both.async().latestVersion("a").get(20, TimeUnit.SECONDS));

      assertEquals(2, channels.get());
    }
  }

  @Test
  void aCallFailsIfItsRepeatCannotBeStarted() {
    server.latest.add(fail(Status.UNAVAILABLE.asException()));
    try (AetherClient intercepted =
        server.client().configureChannel(InterceptsOnce::addTo).build()) {
      CompletableFuture<Long> call = intercepted.async().latestVersion("a");

      AetherException e =
          assertInstanceOf(
              AetherException.class,
              assertThrows(ExecutionException.class, () -> call.get(20, TimeUnit.SECONDS))
                  .getCause());
      assertEquals(Reason.UNKNOWN, e.reason());
      assertInstanceOf(IllegalStateException.class, e.getCause());
    }
  }

  @Test
  void aCallWhoseTokenCannotBeObtainedFailsAtOnce() {
    for (Throwable thrown :
        List.of(new IllegalStateException("sealed"), new NoClassDefFoundError("sealed"))) {
      AtomicInteger asked = new AtomicInteger();
      try (AetherClient sealed =
          server
              .client()
              .token(
                  () -> {
                    asked.incrementAndGet();
                    throw unchecked(thrown);
                  })
              .build()) {
        CompletableFuture<Long> call = sealed.async().latestVersion("a");

        AetherException e =
            assertInstanceOf(
                AetherException.class,
                assertThrows(ExecutionException.class, () -> call.get(10, TimeUnit.SECONDS))
                    .getCause());
        assertEquals(Reason.UNAUTHENTICATED, e.reason());
        assertTrue(e.getMessage().contains("sealed"), e.getMessage());
      }
      assertEquals(1, asked.get());
    }
    assertEquals(0, server.requests.size());
  }

  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return (RuntimeException) thrown;
  }

  @Test
  void aLoadFailsLikeARead() {
    server.loads.add(fail(error(Status.Code.DATA_LOSS, "CORRUPT_RECORD", Map.of())));

    assertThrows(CorruptRecordException.class, () -> client.loadActor("a"));
  }
}
