package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.Empty;
import dev.aether.server.ServerConfig;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A repeated commit id gets the first answer: at once, after 1,000 more commits, after everything
 * was killed and started again, on another node, for each kind of expectation.
 */
class RepeatsAfterAllTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int MORE = 1000;

  private final String namespace = Requests.unique("repeats");

  /** What nodes stand on, and how that is killed and started again. */
  private interface Ground {
    ServerConfig config();

    void killAndRestart();
  }

  @Test
  void onOneNatsServer() {
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults().withSyncAlways())) {
      everywhere(
          new Ground() {
            @Override
            public ServerConfig config() {
              return ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND));
            }

            @Override
            public void killAndRestart() {
              nats.kill();
              nats.restart();
            }
          });
    }
  }

  @Test
  void onThreeNatsServersWithThreeReplicas() {
    try (TestNatsCluster nats =
        TestNatsCluster.start(3, TestNatsOptions.defaults().withSyncAlways())) {
      everywhere(
          new Ground() {
            @Override
            public ServerConfig config() {
              return ServerConfig.on(
                      new ServerConfig.StoreChoice.Nats(List.of(nats.urls().split(",")), BOUND))
                  .withReplicas(3);
            }

            @Override
            public void killAndRestart() {
              IntStream.range(0, 3).forEach(nats::kill);
              IntStream.range(0, 3).forEach(nats::restart);
              nats.awaitReady();
            }
          });
    }
  }

  private void everywhere(Ground ground) {
    Map<SaveEventsRequest, SaveEventsResponse> first = new LinkedHashMap<>();
    try (Node a = Node.start(ground.config().withNodeId("node-a"));
        Node b = Node.start(ground.config().withNodeId("node-b"))) {
      for (SaveEventsRequest request : requests()) {
        a.save(Requests.saveAt(namespace, request.getActorId(), 0));
        SaveEventsResponse answer = a.save(request);
        assertFalse(answer.getReplayed());
        first.put(request, answer);
      }
      assertReplayed(first, List.of(a, b));
      first.keySet().forEach(request -> saveMore(b, request.getActorId()));
      assertReplayed(first, List.of(a, b));
    }
    ground.killAndRestart();
    try (Node a = Node.start(ground.config().withNodeId("node-a2"));
        Node b = Node.start(ground.config().withNodeId("node-b2"))) {
      assertReplayed(first, List.of(b, a));
      first
          .keySet()
          .forEach(request -> assertEquals(3 + MORE, b.latest(namespace, request.getActorId())));
    }
  }

  private List<SaveEventsRequest> requests() {
    return List.of(
        Requests.save(namespace, "exactly", 2).setExpectedVersion(1).build(),
        Requests.save(namespace, "any", 2).setAnyVersion(Empty.getDefaultInstance()).build(),
        Requests.save(namespace, "existing", 2)
            .setExistingActor(Empty.getDefaultInstance())
            .build());
  }

  private void saveMore(Node node, String actor) {
    List<SaveEventsRequest> more =
        IntStream.range(0, MORE)
            .mapToObj(i -> Requests.saveAt(namespace, actor, 3 + i).build())
            .toList();
    assertEquals(
        MORE,
        SaveStreamer.answers(node, more).stream()
            .filter(SaveEventsStreamResponse::hasSaved)
            .count());
  }

  private static void assertReplayed(
      Map<SaveEventsRequest, SaveEventsResponse> first, List<Node> nodes) {
    first.forEach(
        (request, answer) -> {
          SaveEventsRequest again = request.toBuilder().setRetry(true).build();
          SaveEventsRequest other =
              again.toBuilder().addEvents(Requests.event("Different")).build();
          for (Node node : nodes) {
            assertEquals(answer.toBuilder().setReplayed(true).build(), node.save(again));
            assertEquals("COMMIT_ID_REUSED", Refusal.of(() -> node.save(other)).reason());
          }
        });
  }
}
