package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Writers at any version with deadlines that are often too short, on two nodes, while NATS stands
 * still now and then. A save that is not answered goes to the other node, with {@code retry}, until
 * it is. {@code -Daether.organic.repeats} says how many of those there are to be.
 */
class OrganicRepeatsTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int REPEATS = Contract.rounds("organic.repeats", 150);
  private static final int WRITERS = 8;
  private static final int ACTORS = 6;
  private static final double SHORTEST_MILLIS = 2;
  private static final double LONGEST_MILLIS = 1000;

  private final String namespace = Requests.unique("organic");
  private final AtomicLong repeats = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  /** The ids of the saves that were answered, by actor. */
  private final Map<String, Queue<String>> saved = new ConcurrentHashMap<>();

  @Test
  void nothingIsStoredTwiceAndWhatWasAcknowledgedIsThere() {
    Random random = Contract.random();
    try (TestNatsServer nats = TestNatsServer.start();
        Node a = node(nats, "node-a");
        Node b = node(nats, "node-b")) {
      for (int actor = 0; actor < ACTORS; actor++) {
        a.save(Requests.saveAny(namespace, "actor-" + actor));
      }
      List<Random> each =
          Stream.generate(() -> new Random(random.nextLong())).limit(WRITERS + 1).toList();
      var unused =
          AtOnce.results(
              WRITERS + 1,
              i -> {
                if (i < WRITERS) {
                  write(each.get(i), i, List.of(a, b));
                } else {
                  standStill(each.get(i), nats);
                }
                return true;
              });
      System.out.println(repeats + " repeats of " + total() + " saves");
      saved.keySet().forEach(actor -> check(actor, a, b));
    }
  }

  private Queue<String> ids(String actor) {
    return saved.computeIfAbsent(actor, id -> new ConcurrentLinkedQueue<>());
  }

  private long total() {
    return saved.values().stream().mapToLong(Queue::size).sum();
  }

  private static Node node(TestNatsServer nats, String name) {
    return Node.start(
        ServerConfig.on(new StoreChoice.Nats(List.of(nats.url()), BOUND)).withNodeId(name));
  }

  private void standStill(Random random, TestNatsServer nats) {
    while (repeats.get() < REPEATS) {
      pause(20 + random.nextInt(600));
      nats.signal("STOP");
      pause(20 + random.nextInt(300));
      nats.signal("CONT");
    }
    over.set(true);
  }

  private static void pause(int millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private void write(Random random, int writer, List<Node> nodes) {
    for (int i = 0; !over.get(); i++) {
      String id = "w" + writer + "-" + i;
      String actor = "actor-" + random.nextInt(ACTORS);
      SaveEventsRequest.Builder request = Requests.save(namespace, actor, 1).setCommitId(id);
      request.getEventsBuilder(0).setCommandId(id);
      if (random.nextInt(4) == 0) {
        request.setExistingActor(Empty.getDefaultInstance());
      } else {
        request.setAnyVersion(Empty.getDefaultInstance());
      }
      int node = random.nextInt(2);
      boolean answered = save(nodes.get(node), request.build(), millis(random));
      while (!answered) {
        repeats.incrementAndGet();
        node = 1 - node;
        answered = save(nodes.get(node), request.clone().setRetry(true).build(), millis(random));
      }
      ids(actor).add(id);
    }
  }

  /** As often between 2 and 20 ms as between 100 and 1,000. */
  private static long millis(Random random) {
    return Math.round(
        SHORTEST_MILLIS * Math.pow(LONGEST_MILLIS / SHORTEST_MILLIS, random.nextDouble()));
  }

  /** Whether it is known to be stored. */
  private static boolean save(Node node, SaveEventsRequest request, long millis) {
    try {
      var unused =
          node.store().withDeadlineAfter(millis, TimeUnit.MILLISECONDS).saveEvents(request);
      return true;
    } catch (StatusRuntimeException e) {
      assertTrue(
          List.of(
                  Status.Code.DEADLINE_EXCEEDED,
                  Status.Code.UNAVAILABLE,
                  Status.Code.RESOURCE_EXHAUSTED)
              .contains(e.getStatus().getCode()),
          e::toString);
      return false;
    }
  }

  private void check(String actor, Node a, Node b) {
    // What either node still had of the actor is done when this is.
    for (Node node : List.of(a, b)) {
      SaveEventsRequest last = Requests.saveAny(namespace, actor).setRetry(true).build();
      Await.until("a last save", BOUND, () -> save(node, last, BOUND.toMillis()));
    }
    List<String> stored =
        a.events(namespace, actor).stream()
            .map(Event::getCommandId)
            .filter(id -> !id.isEmpty())
            .sorted()
            .toList();
    assertEquals(ids(actor).stream().sorted().toList(), stored, () -> twice(stored));
  }

  private static String twice(List<String> stored) {
    return "twice: "
        + stored.stream().collect(Collectors.groupingBy(id -> id)).values().stream()
            .filter(same -> same.size() > 1)
            .toList();
  }
}
