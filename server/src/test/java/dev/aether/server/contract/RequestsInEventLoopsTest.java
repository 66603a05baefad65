package dev.aether.server.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.ReadOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.StoreUnavailableException;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.CuttingProxy;
import dev.aether.server.testing.HttpText;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes whose saves are published, and actors read, by the threads that serve gRPC. */
@Timeout(300)
final class RequestsInEventLoopsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String NAMESPACE = "loops";
  private static final int WRITERS = 8;
  private static final int CUTS = 40;
  private static final int COMMITS = 6;
  private static final int REPETITIONS = 20;

  /** A node opens them at its start; its threads open more when they save or read. */
  private static final int CONNECTIONS_OF_JNATS = 4;

  private static Node on(String url) {
    return Node.start(ServerConfig.on(new StoreChoice.Nats(List.of(url), SOON)));
  }

  /** A nats-server whose monitoring port tells what came on each connection, and a node. */
  private static final class Counted implements AutoCloseable {
    private final int monitor = LoopbackPort.pickFree();
    private final HttpClient http = HttpClient.newHttpClient();
    private final TestNatsServer nats =
        TestNatsServer.start(TestNatsOptions.defaults(), "http: \"127.0.0.1:" + monitor + "\"\n");
    private final Node node = on(nats.url());

    /**
     * How many messages nats-server has got on the connections of event loops. Those of jnats have
     * the lowest numbers, since they are opened at the start.
     */
    long requestsOfLoops() {
      URI connz = URI.create("http://127.0.0.1:" + monitor + "/connz");
      JsonArray connections =
          JsonParser.parseString(HttpText.get(http, connz))
              .getAsJsonObject()
              .getAsJsonArray("connections");
      long received = 0;
      for (int at = CONNECTIONS_OF_JNATS; at < connections.size(); at++) {
        received += connections.get(at).getAsJsonObject().get("in_msgs").getAsLong();
      }
      return received;
    }

    /** Repeats an action until event loops send at least so many requests for it. */
    void awaitRequestsOfLoops(int requests, Runnable action) {
      Await.until(
          requests + " requests on connections of event loops",
          SOON,
          () -> {
            long before = requestsOfLoops();
            for (int i = 0; i < REPETITIONS; i++) {
              action.run();
            }
            return requestsOfLoops() - before >= (long) REPETITIONS * requests;
          });
    }

    @Override
    public void close() {
      node.close();
      nats.close();
    }
  }

  @Test
  void savesLeaveByAConnectionOfTheirThread() {
    try (Counted counted = new Counted()) {
      AtomicLong version = new AtomicLong();
      counted.awaitRequestsOfLoops(
          1,
          () -> counted.node.save(Requests.saveAt(NAMESPACE, "actor", version.getAndIncrement())));
    }
  }

  @Test
  void readsOfAnActorLeaveByConnectionsOfTheirThread() {
    try (Counted counted = new Counted()) {
      for (int version = 0; version < COMMITS; version++) {
        counted.node.save(Requests.saveAt(NAMESPACE, "actor", version));
      }
      // The last commit, the state of the stream, and the other commits.
      counted.awaitRequestsOfLoops(
          COMMITS + 1, () -> assertEquals(COMMITS, counted.node.events(NAMESPACE, "actor").size()));
    }
  }

  @Test
  void aCommitIsReadEvenIfItIsTooLongForAnEventLoop() {
    try (Counted counted = new Counted()) {
      var heavy = Requests.heavyEvent(300 * 1024);
      for (int version = 0; version < COMMITS; version++) {
        counted.node.save(
            Requests.saveAt(NAMESPACE, "actor", version)
                .clearEvents()
                .addEvents(version % 2 == 0 ? heavy : Requests.event("light")));
      }
      counted.awaitRequestsOfLoops(
          COMMITS,
          () -> {
            var events = counted.node.events(NAMESPACE, "actor");
            assertEquals(COMMITS, events.size());
            assertEquals(heavy.getData(), events.get(0).getData());
            assertEquals(heavy.getData(), events.get(COMMITS - 2).getData());
          });
    }
  }

  @Test
  void eachSaveIsStoredOnceHoweverTheConnectionsToNatsEnd() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    AtomicLong cuts = new AtomicLong();
    try (TestNatsServer nats = TestNatsServer.start();
        CuttingProxy proxy =
            new CuttingProxy(nats.port(), () -> 5_000 + random.nextInt(60_000), cuts);
        Node node = on("nats://" + proxy.endpoint());
        AetherClient client =
            AetherClient.builder().endpoint("127.0.0.1:" + node.port()).deadline(SOON).build()) {
      List<CompletableFuture<Long>> writers = new ArrayList<>();
      for (int number = 0; number < WRITERS; number++) {
        String actor = "writer-" + number;
        writers.add(CompletableFuture.supplyAsync(() -> write(client, actor, cuts)));
      }
      List<Long> saved = writers.stream().map(CompletableFuture::join).toList();
      proxy.cutNoMore();
      for (int number = 0; number < WRITERS; number++) {
        assertStoredOnce(client, "writer-" + number, saved.get(number));
      }
      System.out.println(cuts + " cuts, saves: " + saved);
    }
  }

  /** Repeats each save under its commit id until it is acknowledged. */
  private static long write(AetherClient client, String actor, AtomicLong cuts) {
    long version = 0;
    while (cuts.get() < CUTS) {
      SaveCommand command =
          SaveCommand.builder(actor, ExpectedVersion.exactly(version))
              .namespace(NAMESPACE)
              .commitId(actor + "-" + version)
              .retry(true)
              .event(
                  NewEvent.builder("Counted").data((actor + "-" + version).getBytes(UTF_8)).build())
              .build();
      long expected = version;
      Await.until("save " + version + " of " + actor, SOON, () -> isSaved(client, command));
      version = expected + 1;
    }
    return version;
  }

  private static boolean isSaved(AetherClient client, SaveCommand command) {
    try {
      var unused = client.save(command);
      return true;
    } catch (AetherException e) {
      assertTrue(
          e instanceof OutcomeUnknownException || e instanceof StoreUnavailableException,
          () -> "not " + e);
      return false;
    }
  }

  private static void assertStoredOnce(AetherClient client, String actor, long saved) {
    List<Event> events =
        client.events(actor, ReadOptions.builder().namespace(NAMESPACE).build()).toList();
    assertEquals(
        LongStream.range(0, saved).mapToObj(version -> actor + "-" + version).toList(),
        events.stream().map(event -> new String(event.data().toByteArray(), UTF_8)).toList());
  }
}
