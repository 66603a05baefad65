package dev.aether.server.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
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

/** Nodes whose saves are published by the threads that serve gRPC. */
@Timeout(300)
final class PublishesInEventLoopsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String NAMESPACE = "loops";
  private static final int WRITERS = 8;
  private static final int CUTS = 40;

  /** A node opens them at its start; its threads open more when they save. */
  private static final int CONNECTIONS_OF_JNATS = 4;

  private static Node on(String url) {
    return Node.start(ServerConfig.on(new StoreChoice.Nats(List.of(url), SOON)));
  }

  @Test
  void savesLeaveByAConnectionOfTheirThread() {
    int monitor = LoopbackPort.pickFree();
    try (TestNatsServer nats =
            TestNatsServer.start(
                TestNatsOptions.defaults(), "http: \"127.0.0.1:" + monitor + "\"\n");
        Node node = on(nats.url())) {
      URI connections = URI.create("http://127.0.0.1:" + monitor + "/connz");
      HttpClient http = HttpClient.newHttpClient();
      AtomicLong version = new AtomicLong();
      Await.until(
          "a publish of another connection",
          SOON,
          () -> {
            node.save(Requests.saveAt(NAMESPACE, "actor", version.getAndIncrement()));
            return publishesBesideJnats(HttpText.get(http, connections));
          });
    }
  }

  /** The connections of jnats have the lowest numbers, since they are opened at the start. */
  private static boolean publishesBesideJnats(String connz) {
    JsonArray connections =
        JsonParser.parseString(connz).getAsJsonObject().getAsJsonArray("connections");
    long published = 0;
    for (int at = CONNECTIONS_OF_JNATS; at < connections.size(); at++) {
      JsonElement connection = connections.get(at);
      published += connection.getAsJsonObject().get("in_msgs").getAsLong();
    }
    return published > 0;
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
