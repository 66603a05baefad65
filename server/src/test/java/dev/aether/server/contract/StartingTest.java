package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.event.StoreException;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** How a node starts where it can't, and how it ends. */
class StartingTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private static ServerConfig on(String url, Duration patience) {
    return ServerConfig.on(new StoreChoice.Nats(List.of(url), patience));
  }

  @Test
  void aNodeWaitsForNatsAndThenFailsWithOneClearLine() {
    String url = "nats://127.0.0.1:" + LoopbackPort.pickFree();
    long begun = System.nanoTime();
    StoreException thrown =
        assertThrows(
            StoreException.class, () -> AetherServer.start(on(url, Duration.ofSeconds(2))));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);

    assertTrue(took.compareTo(Duration.ofMillis(1900)) > 0, took::toString);
    assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took::toString);
    assertTrue(thrown.getMessage().contains(url + " within 2 s"), thrown.getMessage());
    assertTrue(thrown.getMessage().lines().count() == 1, thrown.getMessage());
  }

  @Test
  void aNodeThatWaitedForNatsServesWhenItCame() {
    try (TestNatsServer nats = TestNatsServer.start()) {
      nats.stop();
      CompletableFuture<Node> starting =
          CompletableFuture.supplyAsync(() -> Node.start(on(nats.url(), BOUND)));
      assertTrue(!starting.isDone());
      nats.restart();
      try (Node node =
          Await.value("a node", BOUND, () -> Optional.ofNullable(starting.getNow(null)))) {
        assertEquals(1, node.save(Requests.saveAt("n", "actor", 0)).getFirstVersion());
      }
    }
  }

  @Test
  void aNodeRefusesANatsServerThatIsTooOldWithBothVersions() throws IOException {
    // No real server of that version: it greets as one would.
    try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var unused = CompletableFuture.runAsync(() -> greetAsOldServer(socket));
      String url = "nats://127.0.0.1:" + socket.getLocalPort();
      StoreException thrown =
          assertThrows(StoreException.class, () -> AetherServer.start(on(url, BOUND)));
      assertTrue(thrown.getMessage().contains("2.9.10"), thrown.getMessage());
      assertTrue(thrown.getMessage().contains("2.14.4"), thrown.getMessage());
    }
  }

  private static void greetAsOldServer(ServerSocket socket) {
    String info =
        """
        INFO {"server_id":"OLD","server_name":"old","version":"2.9.10","proto":1,\
        "host":"127.0.0.1","port":%d,"headers":true,"max_payload":1048576,"jetstream":true}\r
        """
            .formatted(socket.getLocalPort());
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        var out = client.getOutputStream();
        out.write(info.getBytes(StandardCharsets.UTF_8));
        out.flush();
        var in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.equals("PING")) {
            out.write("PONG\r\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
          }
        }
      } catch (IOException e) {
        return; // the test is over
      }
    }
  }

  @Test
  void theLimitOfACommitFollowsTheLargestMessageThatNatsTakes() {
    int limit = 1024 * 1024 - 16 * 1024;
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults().withMaxPayloadBytes(1024 * 1024));
        Node node = Node.start(on(nats.url(), BOUND))) {
      SaveEventsRequest.Builder save = Requests.save("n", "actor", 0).setExpectedVersion(0);
      Refusal refusal =
          Refusal.of(() -> node.save(save.clone().addEvents(Requests.heavyEvent(limit))));
      assertEquals("COMMIT_TOO_LARGE", refusal.reason());
      assertEquals(Integer.toString(limit), refusal.metadata().get("limit_bytes"));
      assertEquals(
          1, node.save(save.clone().addEvents(Requests.heavyEvent(limit - 512))).getFirstVersion());
    }
  }

  @Test
  void aNodeSaysWhichAddressIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
      ServerConfig config =
          new ServerConfig(
              address,
              Optional.empty(),
              new StoreChoice.Memory(),
              1,
              true,
              Optional.empty(),
              InstantSource.system());
      UncheckedIOException thrown =
          assertThrows(UncheckedIOException.class, () -> AetherServer.start(config));
      assertTrue(
          String.valueOf(thrown.getMessage())
              .contains("cannot listen on localhost:" + taken.getLocalPort()),
          thrown.getMessage());
    }
  }

  @Test
  void aSaveInANamespaceThatNobodyMadeIsRefusedWhereAutoCreateIsOff() {
    ServerConfig open = ServerConfig.on(new StoreChoice.Memory());
    ServerConfig config =
        new ServerConfig(
            open.listen(), open.http(), open.store(), 1, false, Optional.empty(), open.clock());
    try (Node node = Node.start(config)) {
      Refusal refusal = Refusal.of(() -> node.save(Requests.saveAt("missing", "actor", 0)));
      assertEquals(Status.Code.NOT_FOUND, refusal.code());
      assertEquals("NAMESPACE_NOT_FOUND", refusal.reason());
      assertEquals("missing", refusal.metadata().get("namespace"));
    }
  }

  @Test
  void anEndingNodeTellsItsSubscribersAtOnce() {
    AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
    try (Node client = Node.of(server);
        Subscriber subscriber = Subscriber.open(client, Requests.live("n"))) {
      subscriber.awaitCaughtUp();
      long begun = System.nanoTime();
      server.close();
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      Refusal end = subscriber.awaitEnd(BOUND);
      assertEquals(Status.Code.UNAVAILABLE, end.code());
      assertEquals("SHUTTING_DOWN", end.reason());
      // It gives calls 10 s to end.
      assertTrue(took.compareTo(Duration.ofSeconds(9)) < 0, took::toString);
    }
  }

  @Test
  void anEndingNodeTellsWhoWatchesItsHealthAndDoesNotWaitForThem() {
    AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
    try (Node client = Node.of(server)) {
      ConcurrentLinkedQueue<ServingStatus> heard = new ConcurrentLinkedQueue<>();
      HealthGrpc.newStub(client.channel())
          .watch(
              HealthCheckRequest.getDefaultInstance(),
              new StreamObserver<>() {
                @Override
                public void onNext(HealthCheckResponse response) {
                  heard.add(response.getStatus());
                }

                @Override
                public void onError(Throwable thrown) {}

                @Override
                public void onCompleted() {}
              });
      Await.until("an answer", BOUND, () -> heard.contains(ServingStatus.SERVING));
      long begun = System.nanoTime();
      server.close();
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      Await.until("another answer", BOUND, () -> heard.contains(ServingStatus.NOT_SERVING));
      // It gives calls 10 s to end.
      assertTrue(took.compareTo(Duration.ofSeconds(9)) < 0, took::toString);
    }
  }
}
