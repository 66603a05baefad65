package dev.aether.server.store.jetstream.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.nats.NatsAccess.Login;
import dev.aether.server.security.ClientTls;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.CuttingProxy;
import dev.aether.server.testing.NatsUsers;
import dev.aether.server.testing.TestCertificates;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.NKey;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections in event loops to real nats-servers. */
@Timeout(90)
class LoopConnectionsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofSeconds(1);
  private static final String GET = "$JS.API.DIRECT.GET.S";
  private static final String API = "$JS.API.STREAM.NAMES";

  /** The parts of a node that publish, with a single event loop. */
  private static final class Client implements AutoCloseable {
    private final EventLoops loops = new EventLoops(1, "test-loop");
    private final Timers timers = new Timers();
    private final AtomicInteger losses = new AtomicInteger();
    private final Connection jnats;
    private final PendingRequests pending;
    private final LoopConnections connections;

    Client(String url, NatsAccess access) {
      this(url, access, LoopConnections::forPublishes);
    }

    Client(
        String url,
        NatsAccess access,
        BiFunction<Connection, PendingRequests, LoopConnections> purpose) {
      jnats =
          new NatsConnector(List.of(url.split(",")), "test", access, NatsPermissions.NEEDED, LONG)
              .connect();
      pending = new PendingRequests(jnats, timers);
      connections = purpose.apply(jnats, pending);
      connections.addLossListener(losses::incrementAndGet);
    }

    /** The id of the server that the loop is connected to; empty if it is not connected. */
    Optional<String> serverId() {
      return onLoop(() -> Optional.ofNullable(connections.current()).map(own -> own.server().id()));
    }

    /** The id of the server that jnats is connected to. */
    Optional<String> jnatsServerId() {
      return Optional.of(jnats.getServerInfo().getServerId());
    }

    <T> T onLoop(Supplier<T> task) {
      return CompletableFuture.supplyAsync(task, loops.group()).join();
    }

    boolean isReady() {
      return onLoop(() -> connections.current() != null);
    }

    Client awaitReady() {
      Await.until("a connection of the loop", LONG, this::isReady);
      return this;
    }

    CompletableFuture<Message> send(
        String subject, @Nullable Headers headers, byte[] body, Duration timeout) {
      Outlet here = Objects.requireNonNull(connections.current(), "a connection");
      return pending.request(here, subject, headers, body, timeout);
    }

    /** Sends a request that gets no response; empty if there is no connection for it now. */
    Optional<CompletableFuture<Message>> trySend(byte[] body) {
      return onLoop(
          () ->
              Optional.ofNullable(connections.current())
                  .map(here -> pending.request(here, "x", null, body, SHORT)));
    }

    /** The thread on which the response came, and the response. */
    CompletableFuture<String> request(String subject, Duration timeout) {
      return onLoop(
          () ->
              send(subject, null, "{}".getBytes(UTF_8), timeout)
                  .thenApply(response -> Thread.currentThread().getName() + " " + text(response)));
    }

    void assertResponds() {
      String response = request(API, LONG).join();
      assertTrue(response.startsWith("test-loop"), response);
      assertTrue(response.contains("stream_names_response"), response);
    }

    @Override
    public void close() {
      connections.close();
      pending.close();
      NatsConnections.closeQuietly(jnats);
      timers.close();
      loops.close();
    }
  }

  private static String text(Message response) {
    return new String(response.getData(), UTF_8);
  }

  private static JetStreamFailure.Kind failure(CompletableFuture<String> response) {
    return JetStreamErrors.failure(assertThrows(CompletionException.class, response::join)).kind();
  }

  @Test
  void requestsOfALoopAreSentAndAnsweredOnItsThread() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      assertEquals(0, client.connections.ready());
      client.awaitReady();
      client.assertResponds();
      assertNull(client.connections.current(), "on another thread");
      assertEquals(1, client.connections.ready());
    }
  }

  @Test
  void manyRequestsOfOneTurnGetTheirOwnResponses() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client
          .jnats
          .createDispatcher(each -> client.jnats.publish(each.getReplyTo(), each.getData()))
          .subscribe("echo");
      client.jnats.flush(LONG);
      client.awaitReady();
      List<CompletableFuture<Message>> responses =
          client.onLoop(
              () -> {
                List<CompletableFuture<Message>> all = new ArrayList<>();
                for (int i = 0; i < 5000; i++) {
                  byte[] body = (i + "-" + "x".repeat(i % 500)).getBytes(UTF_8);
                  all.add(
                      client.send(
                          "echo",
                          i % 2 == 0 ? null : PublishHeaders.expecting("s", i),
                          body,
                          LONG));
                }
                return all;
              });
      for (int i = 0; i < responses.size(); i++) {
        assertEquals(i + "-" + "x".repeat(i % 500), text(responses.get(i).join()));
      }
    }
  }

  @Test
  void aLoopLogsInAsJnatsDoes(@TempDir Path folder) throws Exception {
    NKey key = NKey.createUser(new SecureRandom());
    Path seed = Files.writeString(folder.resolve("nkey"), new String(key.getSeed()));
    assertLogsIn("user: aether, password: s3cret", "aether:s3cret@", Optional.empty());
    assertLogsIn(
        "user: aether, password: s3cret",
        "",
        Optional.of(new Login.Password("aether", () -> "s3cret")));
    assertLogsIn("nkey: " + new String(key.getPublicKey()), "", Optional.of(new Login.Nkey(seed)));
  }

  private void assertLogsIn(String user, String inUrl, Optional<Login> login) {
    try (TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults(), NatsUsers.only(user));
        Client client =
            new Client(
                nats.url().replace("nats://", "nats://" + inUrl),
                new NatsAccess(login, Optional.empty(), false, Optional.empty()))) {
      client.awaitReady();
      client.assertResponds();
    }
  }

  @Test
  void aLoopLogsInAlthoughNatsHasAUserForThoseThatDoNot() {
    String users =
        """
        accounts {
          OURS { jetstream: enabled, users: [ { user: "aether", password: "s3cret" } ] }
          OTHERS { users: [ { user: "anybody", password: "anybody" } ] }
        }
        no_auth_user: "anybody"
        """;
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), users);
        Client client =
            new Client(nats.url().replace("nats://", "nats://aether:s3cret@"), NatsAccess.BY_URL)) {
      client.awaitReady();
      client.assertResponds();
    }
  }

  @Test
  void aTokenInTheUrlLogsIn() {
    try (TestNatsServer nats =
            TestNatsServer.start(
                TestNatsOptions.defaults(), "authorization { token: \"t0ken\" }\n");
        Client client =
            new Client(nats.url().replace("nats://", "nats://t0ken@"), NatsAccess.BY_URL)) {
      client.awaitReady();
      client.assertResponds();
    }
  }

  @Test
  void jnatsPublishesIfNatsWantsTls(@TempDir Path folder) {
    TestCertificates certificates = new TestCertificates(folder);
    Path authority = certificates.authority("authority");
    TestCertificates.Pair own =
        certificates.issue("authority", "server", "nats", "ip:127.0.0.1", 100);
    String tls =
        String.format(
            Locale.ROOT,
            "tls { cert_file: \"%s\", key_file: \"%s\" }%n",
            own.certificate(),
            own.key());
    ClientTls trust = new ClientTls("NATS", Optional.of(authority), Optional.empty());
    NatsAccess access =
        new NatsAccess(Optional.empty(), Optional.of(trust.context()), false, Optional.empty());
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), tls);
        Client client = new Client(nats.url(), access)) {
      for (int i = 0; i < 20; i++) {
        assertFalse(client.isReady());
      }
    }
  }

  @Test
  void aRequestWhoseServerDiesHasAnUnknownOutcomeAndTheLoopConnectsAgain() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.jnats.createDispatcher(each -> {}).subscribe("held");
      client.awaitReady();
      CompletableFuture<String> inFlight = client.request("held", SHORT);
      nats.kill();
      assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(inFlight));
      assertFalse(client.isReady());
      Await.until("the end of the connection", LONG, () -> client.connections.ready() == 0);
      nats.restart();
      client.awaitReady();
      client.assertResponds();
      assertEquals(1, client.connections.ready());
    }
  }

  @Test
  void aLossThatJnatsDoesNotNoticeIsTold() {
    AtomicInteger made = new AtomicInteger();
    try (TestNatsServer nats = TestNatsServer.start();
        CuttingProxy proxy =
            new CuttingProxy(
                nats.port(),
                () -> made.getAndIncrement() == 1 ? 20_000 : Long.MAX_VALUE,
                new AtomicLong());
        Client client = new Client("nats://" + proxy.endpoint(), NatsAccess.BY_URL)) {
      client.awaitReady();
      Await.until("the cut", LONG, () -> client.trySend(new byte[1000]).isEmpty());
      Await.until("the loss", LONG, () -> client.losses.get() == 1);
      client.awaitReady();
      client.assertResponds();
      assertEquals(1, client.losses.get());
    }
  }

  @Test
  void aServerThatFallsSilentLosesTheConnection() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.awaitReady();
      nats.signal("STOP");
      Await.until("the end of the connection", LONG, () -> !client.isReady());
      nats.signal("CONT");
      client.awaitReady();
      client.assertResponds();
    }
  }

  @Test
  void aConnectionForReadsOutlivesASilenceOfASlowDisk() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL, LoopConnections::forReads)) {
      client.awaitReady();
      nats.signal("STOP");
      Thread.sleep(14_000); // longer than the two silences that end a connection for publishes
      assertTrue(client.isReady());
      nats.signal("CONT");
      client.assertResponds();
      assertEquals(0, client.losses.get());
    }
  }

  @Test
  void aResponseIsDecodedAsJnatsDecodesIt() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      Object unused =
          client
              .jnats
              .jetStreamManagement()
              .addStream(
                  StreamConfiguration.builder()
                      .name("S")
                      .subjects("s.*")
                      .allowDirect(true)
                      .build());
      Headers headers = new Headers().add("Own", "a value").add("Owner", "").add("Own", "second");
      unused = client.jnats.jetStream().publish("s.1", headers, "body".getBytes(UTF_8));
      client.awaitReady();
      byte[] one = "{\"seq\":1}".getBytes(UTF_8);
      byte[] none = "{\"seq\":2}".getBytes(UTF_8);
      Message here = client.onLoop(() -> client.send(GET, null, one, LONG)).join();
      Message there = client.jnats.request(GET, one, LONG);
      assertEquals(text(there), text(here));
      assertEquals(entries(there), entries(here));
      assertEquals("a value", ((LoopResponse) here).header("Own"));
      assertEquals("", ((LoopResponse) here).header("Owner"));
      assertEquals("1", ((LoopResponse) here).header("Nats-Sequence"));
      assertNull(((LoopResponse) here).header("Nats-Sequenc"));
      assertFalse(here.isStatusMessage());
      Message missing = client.onLoop(() -> client.send(GET, null, none, LONG)).join();
      assertTrue(missing.isStatusMessage());
      assertEquals(
          client.jnats.request(GET, none, LONG).getStatus().getMessageWithCode(),
          missing.getStatus().getMessageWithCode());
    }
  }

  private static Map<String, List<String>> entries(Message message) {
    Map<String, List<String>> entries = new TreeMap<>();
    message.getHeaders().forEach(entries::put);
    return entries;
  }

  @Test
  void aResponseThatIsTooLongIsKnownAtOnceAndTheNextOnesArrive() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      byte[] tooLong = new byte[NatsDecoder.MAX_RESPONSE + 1];
      client
          .jnats
          .createDispatcher(each -> client.jnats.publish(each.getReplyTo(), tooLong))
          .subscribe("long");
      client.jnats.flush(LONG);
      client.awaitReady();
      CompletableFuture<String> response = client.request("long", Duration.ofDays(1));
      assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(response));
      client.assertResponds();
      assertEquals(0, client.losses.get());
    }
  }

  @Test
  void anIdleConnectionStays() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.awaitReady();
      Thread.sleep(12_000); // longer than two silences
      assertEquals(0, client.losses.get());
      client.assertResponds();
    }
  }

  @Test
  void aRequestThatNobodyReceivesIsNotDelivered() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.awaitReady();
      assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, failure(client.request("nobody", LONG)));
    }
  }

  @Test
  void aMissingPermissionIsKnownAsIfJnatsHadPublished() {
    try (TestNatsServer nats =
            TestNatsServer.start(
                TestNatsOptions.defaults(), NatsUsers.only("user: aether, password: s3cret"));
        Client client =
            new Client(nats.url().replace("nats://", "nats://aether:s3cret@"), NatsAccess.BY_URL)) {
      client.awaitReady();
      assertEquals(JetStreamFailure.Kind.NO_ANSWER, failure(client.request("forbidden", SHORT)));
      assertTrue(RefusedSubjects.why(client.jnats, "forbidden").isPresent());
      client.assertResponds();
    }
  }

  @Test
  void aServerThatTakesNothingIsNotSentMoreThanABound() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.awaitReady();
      nats.signal("STOP");
      byte[] large = new byte[1 << 20];
      List<CompletableFuture<Message>> sent = new ArrayList<>();
      Optional<CompletableFuture<Message>> next = client.trySend(large);
      while (next.isPresent()) {
        sent.add(next.get());
        assertTrue(sent.size() < 64, "64 MiB are held");
        next = client.trySend(large);
      }
      for (CompletableFuture<Message> each : sent) {
        assertEquals(
            JetStreamFailure.Kind.NO_ANSWER,
            JetStreamErrors.failure(assertThrows(CompletionException.class, each::join)).kind());
      }
      nats.signal("CONT");
      client.awaitReady();
    }
  }

  @Test
  void aLoopFollowsJnatsToAnotherServer() {
    try (TestNatsCluster nats = TestNatsCluster.start(2);
        Client client = new Client(nats.urls(), NatsAccess.BY_URL)) {
      client.awaitReady();
      Optional<String> first = client.serverId();
      assertEquals(client.jnatsServerId(), first);
      nats.kill(nats.url(0).equals(client.jnats.getConnectedUrl()) ? 0 : 1);
      Await.until(
          "another server",
          LONG,
          () ->
              !first.equals(client.jnatsServerId())
                  && client.jnatsServerId().equals(client.serverId()));
    }
  }

  @Test
  void aClosedOneMakesNoConnections() {
    try (TestNatsServer nats = TestNatsServer.start();
        Client client = new Client(nats.url(), NatsAccess.BY_URL)) {
      client.awaitReady();
      client.connections.close();
      assertFalse(client.isReady());
      assertEquals(0, client.connections.ready());
      assertEquals(0, client.losses.get(), "it is closed, not lost");
    }
  }
}
