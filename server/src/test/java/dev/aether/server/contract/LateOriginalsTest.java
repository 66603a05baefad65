package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Empty;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HoldingProxy;
import dev.aether.server.testing.TestNatsBinary;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first sending of a save is held back on its connection. Its writer gives up, sends it again
 * with {@code retry} on another connection, is answered and saves more. Then what was held back
 * arrives. {@code -Daether.late.originals} says how often.
 */
class LateOriginalsTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int ROUNDS = Contract.rounds("late.originals", 4);

  private final String namespace = Requests.unique("late");

  @Test
  void onTheEmbeddedServerItIsStoredOnce(@TempDir Path data) {
    Path nats = TestNatsBinary.get().path();
    try (Node node =
        Node.start(ServerConfig.on(new StoreChoice.Embedded(data, Optional.of(nats))))) {
      heldBack(node, node);
    }
  }

  @Test
  void onTwoNodesOnOneNatsServerItIsStoredOnce() {
    try (TestNatsServer nats = TestNatsServer.start();
        Node a = node(nats.url(), 1, "node-a");
        Node b = node(nats.url(), 1, "node-b")) {
      heldBack(a, a);
      heldBack(a, b);
    }
  }

  @Test
  void onThreeNatsServersWithThreeReplicasItIsStoredOnce() {
    try (TestNatsCluster nats = TestNatsCluster.start(3);
        Node a = node(nats.url(0), 3, "node-a");
        Node b = node(nats.url(1), 3, "node-b")) {
      heldBack(a, a);
      heldBack(a, b);
    }
  }

  private static Node node(String url, int replicas, String name) {
    return Node.start(
        ServerConfig.on(new StoreChoice.Nats(List.of(url), BOUND))
            .withReplicas(replicas)
            .withNodeId(name));
  }

  private void heldBack(Node late, Node repeated) {
    for (int round = 0; round < ROUNDS; round++) {
      heldBack(late, repeated, round % 2 == 0);
    }
  }

  private void heldBack(Node late, Node repeated, boolean any) {
    String actor = Requests.unique("actor");
    late.save(Requests.saveAny(namespace, actor));
    SaveEventsRequest.Builder request = Requests.save(namespace, actor, 1);
    if (any) {
      request.setAnyVersion(Empty.getDefaultInstance());
    } else {
      request.setExistingActor(Empty.getDefaultInstance());
    }
    try (HoldingProxy proxy = new HoldingProxy(late.port())) {
      ManagedChannel channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", proxy.port())
              .usePlaintext()
              .disableRetry()
              .build();
      try {
        EventStoreGrpc.EventStoreBlockingStub store = EventStoreGrpc.newBlockingStub(channel);
        // So that the connection is there.
        var unused =
            store
                .withDeadlineAfter(Node.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .saveEvents(Requests.saveAny(namespace, actor).build());
        proxy.hold(true);
        // On a slow machine, the time can be up before the request is sent.
        Await.until(
            "the first sending to be held back",
            BOUND,
            () -> {
              Refusal gaveUp =
                  Refusal.of(
                      () ->
                          store
                              .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                              .saveEvents(request.build()));
              assertEquals(Status.Code.DEADLINE_EXCEEDED, gaveUp.code());
              return proxy.held() > 0;
            });
        SaveEventsResponse first = repeated.save(request.clone().setRetry(true));
        repeated.save(Requests.saveAny(namespace, actor));
        proxy.hold(false);
        // Comes to the server after what was held back, on the same connection.
        var after =
            store
                .withDeadlineAfter(Node.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .saveEvents(Requests.saveAny(namespace, actor).build());
        assertEquals(first.getLastVersion() + 2, after.getLastVersion());
      } finally {
        channel.shutdownNow();
      }
    }
    List<Event> events = late.events(namespace, actor);
    String id = request.getEvents(0).getEventType();
    assertEquals(5, events.size(), () -> "stored twice: " + id + " " + events);
  }
}
