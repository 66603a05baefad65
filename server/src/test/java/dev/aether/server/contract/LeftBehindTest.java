package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.CuttingProxy;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.SaveEventsRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Saves at any version wait on a node that was cut off from NATS; their writer repeats them on
 * another node. When the first node is connected again it still has them.
 */
class LeftBehindTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int SAVES = 60;

  @Test
  void whatWaitsOnANodeIsNotStoredAgainAfterItsRepeatWasStoredByAnother() {
    try (TestNatsServer nats = TestNatsServer.start();
        CuttingProxy proxy = new CuttingProxy(nats.port(), () -> Long.MAX_VALUE, new AtomicLong());
        Node cutOff = node("nats://" + proxy.endpoint(), "node-a");
        Node other = node(nats.url(), "node-b")) {
      for (boolean known : new boolean[] {true, false}) {
        String actor = "known-" + known;
        (known ? cutOff : other).save(Requests.saveAny("left", actor).setCommitId("first"));
        List<SaveEventsRequest> saves = saves(actor);
        proxy.stall(true);
        try (SaveStreamer left = SaveStreamer.open(cutOff, saves.iterator(), false, answer -> {})) {
          // The node has read them when it serves another call of the same connection.
          Await.until("the node has them", BOUND, () -> left.sent() == SAVES);
          assertTrue(cutOff.health("") != null);
        }
        List<SaveEventsRequest> again =
            saves.stream().map(save -> save.toBuilder().setRetry(true).build()).toList();
        SaveStreamer.answers(other, again)
            .forEach(answer -> assertTrue(answer.hasSaved(), answer::toString));
        proxy.stall(false);
        // What was left behind is answered, to nobody, before this one of the same actor is.
        String last = "last-" + known;
        Await.until("the node saves again", BOUND, () -> saved(cutOff, actor, last));
        List<String> stored =
            other.events("left", actor).stream().map(Event::getCommandId).toList();
        assertEquals(SAVES + 2, stored.size(), () -> "twice: " + stored);
        assertEquals(SAVES, new HashSet<>(stored).size() - 1);
      }
    }
  }

  private static boolean saved(Node node, String actor, String commitId) {
    try {
      node.save(Requests.saveAny("left", actor).setCommitId(commitId).setRetry(true));
      return true;
    } catch (io.grpc.StatusRuntimeException e) {
      return false;
    }
  }

  private static Node node(String url, String name) {
    return Node.start(ServerConfig.on(new StoreChoice.Nats(List.of(url), BOUND)).withNodeId(name));
  }

  private static List<SaveEventsRequest> saves(String actor) {
    return IntStream.range(0, SAVES)
        .mapToObj(
            i -> {
              SaveEventsRequest.Builder save = Requests.saveAny("left", actor).setCommitId("c" + i);
              save.getEventsBuilder(0).setCommandId("c" + i);
              return save.build();
            })
        .toList();
  }
}
