package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.ServerConfig;
import dev.aether.server.event.Reason;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsOptions.Room;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store without room for anything more is emptied by what empties any store. */
@Timeout(180)
class FullStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long ROOM_BYTES = 3_000_000;
  private static final int HEAVY_BYTES = 200_000;

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
    var unused =
        node.store()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace(namespace)
                    .setSnapshot(
                        Snapshot.newBuilder()
                            .setActorId(actor)
                            .setVersion(1)
                            .setState(ByteString.copyFrom(new byte[bytes])))
                    .build());
  }

  private void deleteSnapshot(Node node, String actor) {
    var unused =
        node.store()
            .deleteSnapshot(
                DeleteSnapshotRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .build());
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
}
