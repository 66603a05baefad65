package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.aether.server.ServerConfig;
import dev.aether.server.event.Reason;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsOptions.Room;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.NamespaceConfig;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store without room for anything more is emptied by what empties any store. */
@Timeout(180)
class FullStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long ROOM_BYTES = 3_000_000;
  private static final int HEAVY_BYTES = 200_000;
  private static final int FILE_HANDLES = 32;
  private static final int BURST_LIMIT = 5;

  private final String namespace = Requests.unique("full");
  private final String small = Requests.unique("small");
  private final String other = Requests.unique("other");

  private static Node node(String... urls) {
    return Node.start(config(urls));
  }

  private static ServerConfig config(String... urls) {
    return ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(urls), PATIENCE));
  }

  private static Room room(String kind) {
    return switch (kind) {
      case "server" -> new Room.OfServer(ROOM_BYTES);
      case "account" -> new Room.OfAccount(ROOM_BYTES);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  /** Three namespaces, of which one has snapshots, and then saves until there is no room. */
  private void fill(Node node) {
    node.save(Requests.saveAny(small, "a"));
    node.save(Requests.saveAny(other, "a"));
    node.save(Requests.saveAny(namespace, "a"));
    saveSnapshot(node, "a", 300_000);
    fillUp(node);
  }

  private void fillUp(Node node) {
    for (int bytes = HEAVY_BYTES; bytes > 0; bytes /= 8) {
      SaveEventsRequest heavy =
          Requests.saveAny(namespace, "heavy")
              .clearEvents()
              .addEvents(Requests.heavyEvent(bytes))
              .build();
      for (int i = 0; saved(node, heavy, i); i++) {
        assertTrue(i < 100_000, "the store is never full");
      }
    }
  }

  private static boolean saved(Node node, SaveEventsRequest save, int i) {
    try {
      var unused =
          node.save(save.toBuilder().setCommitId(save.getEvents(0).getData().size() + "-" + i));
      return true;
    } catch (RuntimeException e) {
      assertEquals(Reason.STORE_FULL.name(), Refusal.of(e).reason(), e::getMessage);
      return false;
    }
  }

  private void saveSnapshot(Node node, String actor, int bytes) {
    saveSnapshot(node, namespace, actor, bytes);
  }

  private static void saveSnapshot(Node node, String in, String actor, int bytes) {
    var unused =
        node.store()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace(in)
                    .setSnapshot(
                        Snapshot.newBuilder()
                            .setActorId(actor)
                            .setVersion(1)
                            .setState(ByteString.copyFrom(new byte[bytes])))
                    .build());
  }

  private void deleteSnapshot(Node node, String actor) {
    deleteSnapshot(node, namespace, actor);
  }

  private static void deleteSnapshot(Node node, String in, String actor) {
    var unused =
        node.store()
            .deleteSnapshot(
                DeleteSnapshotRequest.newBuilder().setNamespace(in).setActorId(actor).build());
  }

  private String snapshotRefusal(Node node, String actor) {
    return Refusal.of(
            () ->
                node.store()
                    .getLatestSnapshot(
                        GetLatestSnapshotRequest.newBuilder()
                            .setNamespace(namespace)
                            .setActorId(actor)
                            .build()))
        .reason();
  }

  private static List<String> names(Node node) {
    return node
        .namespaces()
        .listNamespaces(ListNamespacesRequest.newBuilder().setPattern(">").build())
        .getNamespacesList()
        .stream()
        .map(found -> found.getNamespace())
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "account"})
  void aNamespaceOfAFullStoreIsDeletedAndMakesRoomForOthers(String kind) {
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults().withRoom(room(kind)));
        Node node = node(nats.url());
        Node second = node(nats.url())) {
      fill(node);

      node.delete(namespace);

      assertEquals(List.of(other, small).stream().sorted().toList(), names(second));
      assertEquals(0, second.latest(namespace, "heavy"));
      assertEquals(1, second.save(Requests.saveAny(namespace, "heavy")).getLastVersion());
      assertEquals(2, node.save(Requests.saveAny(small, "a")).getLastVersion());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "account"})
  void aSnapshotOfAFullStoreIsDeletedAndStaysSo(String kind) {
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults().withRoom(room(kind)));
        Node node = node(nats.url());
        Node second = node(nats.url())) {
      fill(node);

      deleteSnapshot(node, "a");

      assertEquals(Reason.NO_SNAPSHOT.name(), snapshotRefusal(second, "a"));
      deleteSnapshot(second, "a");
      assertEquals(2, second.save(Requests.saveAny(small, "a")).getLastVersion());
      saveSnapshot(second, "a", 10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "account"})
  void aFirstSnapshotInAFullStoreIsRefusedAndItsRemovalSucceeds(String kind) {
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults().withRoom(room(kind)));
        Node node = node(nats.url())) {
      fill(node);

      assertEquals(
          Reason.STORE_FULL.name(), Refusal.of(() -> saveSnapshot(node, small, "a", 10)).reason());
      deleteSnapshot(node, small, "a");

      node.delete(namespace);
      saveSnapshot(node, small, "a", 10);
      deleteSnapshot(node, small, "a");
    }
  }

  @Test
  void aNamespaceWithAFullLogIsDeletedAndSoAreItsSnapshots() {
    try (TestNatsServer nats = TestNatsServer.start();
        Node node = node(nats.url())) {
      var unused =
          node.namespaces()
              .createNamespace(
                  CreateNamespaceRequest.newBuilder()
                      .setNamespace(namespace)
                      .setConfig(NamespaceConfig.newBuilder().setMaxBytes(ROOM_BYTES))
                      .build());
      fill(node);
      assertEquals(ServingStatus.SERVING, node.health("aether.v1.EventStore/SaveEvents"));

      deleteSnapshot(node, "a");
      assertEquals(Reason.NO_SNAPSHOT.name(), snapshotRefusal(node, "a"));
      node.delete(namespace);
      assertEquals(1, node.save(Requests.saveAny(namespace, "heavy")).getLastVersion());
    }
  }

  @Test
  void aFullStoreIsToldToHealthChecksOfSavesOnly() {
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults().withRoom(room("server")));
        Node node = node(nats.url())) {
      awaitSaves(node, ServingStatus.SERVING);
      fill(node);
      awaitSaves(node, ServingStatus.NOT_SERVING);
      assertEquals(ServingStatus.SERVING, node.health(""));
      assertEquals(2, node.latest(small, "a") + node.latest(other, "a"));

      node.delete(namespace);
      var unused = node.save(Requests.saveAny(small, "a"));

      awaitSaves(node, ServingStatus.SERVING);
    }
  }

  private static void awaitSaves(Node node, ServingStatus status) {
    Await.until(
        "saves to be " + status,
        PATIENCE,
        () -> node.health("aether.v1.EventStore/SaveEvents") == status);
  }

  /** A namespace needs a file handle for its log, and one for its snapshots once it has any. */
  @Test
  void aStoreWithoutAFileHandleForAStreamIsFull() throws Exception {
    List<String> creations = new CopyOnWriteArrayList<>();
    try (TestNatsServer nats =
            TestNatsServer.start(
                TestNatsOptions.defaults().withRoom(new Room.OfFileHandles(FILE_HANDLES)));
        Node node = node(nats.url());
        Connection listener = Nats.connect(nats.url())) {
      Dispatcher requests =
          listener.createDispatcher(request -> creations.add(request.getSubject()));
      takeAllFileHandles(node);
      requests.subscribe("$JS.API.STREAM.CREATE.*");
      listener.flush(PATIENCE);

      String first = namespace + "-0";
      assertEquals(
          Reason.STORE_FULL.name(), Refusal.of(() -> saveSnapshot(node, first, "a", 10)).reason());
      Await.until("the request for its stream", PATIENCE, () -> !creations.isEmpty());
      assertEquals(1, creations.size(), "it is not repeated");
      deleteSnapshot(node, first, "a");
    }
  }

  private void takeAllFileHandles(Node node) {
    for (int i = 0; i < 2 * FILE_HANDLES; i++) {
      try {
        var unused = node.save(Requests.saveAny(namespace + "-" + i, "a"));
      } catch (StatusRuntimeException e) {
        assertEquals(Reason.STORE_FULL.name(), Refusal.of(e).reason(), e::getMessage);
        return;
      }
    }
    throw new AssertionError("file handles never ran out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nats", "memory"})
  void savesCreateNamespacesUpToTheLimitAndCallsBeyondIt(String kind) {
    try (TestNatsServer nats = TestNatsServer.start();
        Node node =
            Node.start(
                (kind.equals("nats")
                        ? config(nats.url())
                        : ServerConfig.on(new ServerConfig.StoreChoice.Memory()))
                    .withAutoCreateLimit(2))) {
      node.save(Requests.saveAny(namespace, "a"));
      node.save(Requests.saveAny(small, "a"));

      Refusal refusal = Refusal.of(() -> node.save(Requests.saveAny(other, "a")));
      assertEquals(Reason.STORE_FULL.name(), refusal.reason());
      assertTrue(refusal.message().contains("serve --auto-create-limit 2"), refusal.message());
      assertEquals(2, node.save(Requests.saveAny(small, "a")).getLastVersion());

      node.create(other);
      assertEquals(1, node.save(Requests.saveAny(other, "a")).getLastVersion());
      node.delete(other);
      node.delete(small);
      assertEquals(1, node.save(Requests.saveAny(other, "a")).getLastVersion());
    }
  }

  @Test
  void aBurstOfSavesToNewNamespacesKeepsTheLimit() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Node node = Node.start(config(nats.url()).withAutoCreateLimit(BURST_LIMIT))) {
      List<ListenableFuture<SaveEventsResponse>> saves = new ArrayList<>();
      for (int i = 0; i < 8 * BURST_LIMIT; i++) {
        saves.add(
            EventStoreGrpc.newFutureStub(node.channel())
                .saveEvents(Requests.saveAny(namespace + "-" + i, "a").build()));
      }
      int stored = 0;
      for (ListenableFuture<SaveEventsResponse> save : saves) {
        try {
          stored += save.get().getLastVersion() == 1 ? 1 : 0;
        } catch (ExecutionException e) {
          assertEquals(
              Reason.STORE_FULL.name(), Refusal.of(Objects.requireNonNull(e.getCause())).reason());
        }
      }
      assertEquals(BURST_LIMIT, stored);
      assertEquals(BURST_LIMIT, names(node).size());
    }
  }
}
