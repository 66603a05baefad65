package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.RawHttp2;
import dev.aether.server.testing.RawHttp2.Frame;
import dev.aether.v1.EventStoreGrpc;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The options of serve that limit connections, over a real port. */
class ConnectionLimitsOfServeTest {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final String CHECK = HealthGrpc.getCheckMethod().getFullMethodName();
  private static final String HERE = "127.0.0.1";
  private static final String ELSEWHERE = "127.0.0.2";
  private static final Metadata.Key<String> LARGE =
      Metadata.Key.of("large", Metadata.ASCII_STRING_MARSHALLER);

  /** An empty gRPC message. */
  private static final byte[] EMPTY_MESSAGE = new byte[5];

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  private InetSocketAddress serve(String... options) {
    LimitFlags flags = CommandLine.populateCommand(new LimitFlags(), options);
    ServerConfig config = ServerConfig.on(new StoreChoice.Memory()).withoutHttp();
    AetherServer server = AetherServer.start(config.withLimits(flags.limits()));
    opened.push(server);
    return server.grpcAddress();
  }

  @AfterEach
  void end() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private RawHttp2 keep(RawHttp2 connection) {
    opened.push(connection);
    return connection;
  }

  private RawHttp2 begin(InetSocketAddress server) throws IOException {
    return begin(server, HERE);
  }

  private RawHttp2 begin(InetSocketAddress server, String from) throws IOException {
    return keep(RawHttp2.begin(server, from));
  }

  private RawHttp2 silent(InetSocketAddress server) {
    return keep(new RawHttp2(server, HERE));
  }

  private ManagedChannel channel(InetSocketAddress server) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress(HERE, server.getPort()).usePlaintext().build();
    opened.push(channel::shutdownNow);
    return channel;
  }

  private static HealthCheckResponse check(ManagedChannel channel) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
        .check(HealthCheckRequest.getDefaultInstance());
  }

  private static void awaitServed(InetSocketAddress server, String from) {
    Await.until(
        "a connection to be served",
        BOUND,
        () -> {
          try (RawHttp2 again = RawHttp2.begin(server, from)) {
            return again.isServed();
          } catch (IOException e) {
            return false;
          }
        });
  }

  private static void assertCalmed(RawHttp2 connection) throws IOException {
    Frame end = connection.read(RawHttp2.GOAWAY).orElseThrow();
    assertEquals(RawHttp2.ENHANCE_YOUR_CALM, end.error(), text(end));
    connection.awaitClosed();
  }

  private static String text(Frame goAway) {
    return new String(goAway.payload(), StandardCharsets.US_ASCII);
  }

  @Test
  void aConnectionAboveTheLimitIsClosedAndServedOnceAnotherHasLeft() throws IOException {
    InetSocketAddress server =
        serve("--max-connections", "3", "--max-connections-per-address", "3");
    RawHttp2 first = begin(server);
    assertTrue(first.isServed());
    assertTrue(begin(server).isServed());
    assertTrue(begin(server).isServed());

    assertFalse(begin(server).isServed());
    assertFalse(begin(server, ELSEWHERE).isServed());

    first.close();
    awaitServed(server, ELSEWHERE);
  }

  @Test
  void connectionsThatSendNothingCountToo() throws IOException {
    InetSocketAddress server =
        serve("--max-connections", "2", "--max-connections-per-address", "2");
    RawHttp2 first = silent(server);
    silent(server);
    Await.until(
        "both to be accepted",
        BOUND,
        () -> {
          try (RawHttp2 more = RawHttp2.begin(server, ELSEWHERE)) {
            return !more.isServed();
          } catch (IOException e) {
            return true;
          }
        });

    first.close();
    awaitServed(server, ELSEWHERE);
  }

  @Test
  void anAddressAboveItsLimitDoesNotKeepAnotherOut() throws IOException {
    InetSocketAddress server = serve("--max-connections-per-address", "2");
    RawHttp2 first = begin(server);
    assertTrue(first.isServed());
    assertTrue(begin(server).isServed());

    assertFalse(begin(server).isServed());
    assertTrue(begin(server, ELSEWHERE).isServed());

    first.close();
    awaitServed(server, HERE);
  }

  @Test
  void withoutALimitPerAddressASingleOneGetsHalfOfTheConnections() throws IOException {
    InetSocketAddress server = serve("--max-connections", "4");
    assertTrue(begin(server).isServed());
    assertTrue(begin(server).isServed());

    assertFalse(begin(server).isServed());
    assertTrue(begin(server, ELSEWHERE).isServed());
  }

  @Test
  void anAddressThatConnectsTooOftenIsRefusedAndServedAfterAWhile() throws IOException {
    InetSocketAddress server = serve("--max-new-connections-per-second", "2");
    assertTrue(begin(server).isServed());
    int served = 1;
    while (begin(server).isServed()) {
      served++;
      assertTrue(served < 1000, "all connections were served");
    }
    assertTrue(begin(server, ELSEWHERE).isServed());

    awaitServed(server, HERE);
  }

  @Test
  void anAddressWhoseCallsAreResetTooOftenIsReadMoreSlowly() throws IOException {
    assertReadMoreSlowly(
        CHECK,
        (connection, stream) -> {
          byte[] cancel = ByteBuffer.allocate(Integer.BYTES).putInt(8).array();
          connection.send(RawHttp2.RST_STREAM, 0, stream, cancel);
        });
  }

  @Test
  void anAddressWhoseRequestsAreNoMessagesIsReadMoreSlowly() throws IOException {
    byte[] garbage = {0, 0, 0, 0, 3, -1, -1, -1};
    assertReadMoreSlowly(
        EventStoreGrpc.getSaveEventsMethod().getFullMethodName(),
        (connection, stream) ->
            connection.send(RawHttp2.DATA, RawHttp2.END_STREAM, stream, garbage));
  }

  /** What a client sends after the headers of a call. */
  private interface Misuse {
    void send(RawHttp2 connection, int stream) throws IOException;
  }

  private void assertReadMoreSlowly(String method, Misuse misuse) throws IOException {
    int perSecond = 50;
    int calls = 640;
    int atOnce = 20;
    InetSocketAddress server =
        serve(
            "--max-refused-calls-per-second",
            Integer.toString(perSecond),
            "--min-ping-interval",
            "0s");
    RawHttp2 connection = begin(server);
    RawHttp2 elsewhere = begin(server, ELSEWHERE);
    long begin = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      int stream = 2 * i + 1;
      connection.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(method));
      misuse.send(connection, stream);
      if (i % atOnce == atOnce - 1) {
        assertTrue(connection.isServed());
      }
    }
    // What was not used in 10 s, what has come since, and a second's that it owes. More time never
    // fails this.
    double seconds = (System.nanoTime() - begin) / 1e9;
    assertTrue(calls <= perSecond * (10 + seconds + 1), calls + " calls in " + seconds + " s");
    assertTrue(elsewhere.isServed());
  }

  @Test
  void headersAboveTheLimitEndTheCallAndSmallerOnesAreServed() {
    ManagedChannel channel = channel(serve("--max-header-bytes", "4096"));
    HealthGrpc.HealthBlockingStub stub =
        HealthGrpc.newBlockingStub(channel).withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS);

    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> with(stub, 5000).check(HealthCheckRequest.getDefaultInstance()));

    assertEquals(Status.Code.INTERNAL, refused.getStatus().getCode(), refused.toString());
    assertEquals(
        HealthCheckResponse.ServingStatus.SERVING,
        with(stub, 3000).check(HealthCheckRequest.getDefaultInstance()).getStatus());
  }

  private static HealthGrpc.HealthBlockingStub with(HealthGrpc.HealthBlockingStub stub, int bytes) {
    Metadata headers = new Metadata();
    headers.put(LARGE, "x".repeat(bytes));
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  @Test
  void headersWithoutEndCloseTheConnection() throws IOException {
    RawHttp2 connection = begin(serve());
    connection.send(RawHttp2.HEADERS, 0, 1, RawHttp2.call(CHECK));
    byte[] part = new byte[1024];
    try {
      for (int i = 0; i < 1024; i++) {
        connection.send(RawHttp2.CONTINUATION, 0, 1, part);
      }
    } catch (IOException closed) {
      // Already closed.
    }
    connection.awaitClosed();
  }

  @Test
  void pingsThatComeTooOftenCloseTheConnection() throws IOException {
    InetSocketAddress server = serve("--min-ping-interval", "1h");
    RawHttp2 connection = begin(server);
    for (int i = 0; i < 3; i++) {
      connection.send(RawHttp2.PING, 0, 0, new byte[8]);
    }
    assertCalmed(connection);
    awaitServed(server, HERE);
  }

  @Test
  void pingsAreServedAtTheIntervalThatIsPermitted() throws IOException {
    RawHttp2 connection = begin(serve("--min-ping-interval", "0s"));
    for (int i = 0; i < 20; i++) {
      assertTrue(connection.isServed());
    }
  }

  @Test
  void aClientThatResetsCallsTooOftenLosesItsConnection() throws IOException {
    InetSocketAddress server = serve("--max-resets-per-connection", "20");
    RawHttp2 connection = begin(server);
    reset(connection, 15, 1);
    assertTrue(connection.isServed());

    reset(connection, 15, 31);
    assertCalmed(connection);
    awaitServed(server, HERE);
  }

  private static void reset(RawHttp2 connection, int calls, int firstStream) throws IOException {
    byte[] cancel = ByteBuffer.allocate(Integer.BYTES).putInt(8).array();
    for (int i = 0; i < calls; i++) {
      int stream = firstStream + 2 * i;
      connection.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(CHECK));
      connection.send(RawHttp2.RST_STREAM, 0, stream, cancel);
    }
  }

  @Test
  void callsAboveTheLimitOfAConnectionAreReset() throws IOException {
    RawHttp2 connection = begin(serve("--max-calls-per-connection", "2"));
    // The limit holds once the client has acknowledged it.
    assertTrue(connection.read(RawHttp2.SETTINGS).isPresent());
    connection.send(RawHttp2.SETTINGS, RawHttp2.ACK, 0);
    for (int stream = 1; stream <= 5; stream += 2) {
      connection.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(CHECK));
    }
    assertEquals(5, connection.read(RawHttp2.RST_STREAM).orElseThrow().stream());

    connection.send(RawHttp2.DATA, RawHttp2.END_STREAM, 1, EMPTY_MESSAGE);
    Await.until("the end of the first call", BOUND, () -> isAnswered(connection, 1));
    connection.send(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 7, RawHttp2.call(CHECK));
    connection.send(RawHttp2.DATA, RawHttp2.END_STREAM, 7, EMPTY_MESSAGE);
    Await.until("the end of the last call", BOUND, () -> isAnswered(connection, 7));
  }

  private static boolean isAnswered(RawHttp2 connection, int stream) {
    try {
      Frame end = connection.read(RawHttp2.HEADERS).orElseThrow();
      return end.stream() == stream && (end.flags() & RawHttp2.END_STREAM) != 0;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConnectionWithoutCallsIsClosedAndItsClientConnectsAgain() throws IOException {
    InetSocketAddress server = serve("--max-connection-idle", "200ms");
    ManagedChannel idle = channel(server);
    ManagedChannel busy = channel(server);
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(busy).watch(HealthCheckRequest.getDefaultInstance());
    assertTrue(watch.hasNext());
    check(idle);

    Await.until(
        "the idle connection to be closed",
        BOUND,
        () -> idle.getState(false) == ConnectivityState.IDLE);

    check(idle);
    assertEquals(ConnectivityState.READY, busy.getState(false));
  }

  @Test
  void aConnectionThatNeverBeginsHttp2IsClosed() throws IOException {
    InetSocketAddress server = serve("--handshake-timeout", "300ms");
    RawHttp2 silent = silent(server);
    RawHttp2 half = silent(server);
    half.send(new byte[] {'P', 'R', 'I'});
    RawHttp2 withoutSettings = silent(server);
    withoutSettings.sendPreface();

    silent.awaitClosed();
    half.awaitClosed();
    withoutSettings.awaitClosed();
    awaitServed(server, HERE);
  }

  @Test
  void aConnectionWhoseHeadersNeverArriveIsClosedAsIdle() throws IOException {
    RawHttp2 connection = begin(serve("--max-connection-idle", "200ms"));
    byte[] block = RawHttp2.call(CHECK);
    connection.send(
        RawHttp2.frame(block.length, RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, block[0]));
    connection.awaitClosed();
  }

  @Test
  void limitsOutOfTheirRangeAreRefused() {
    for (String[] options :
        new String[][] {
          {"--max-connections", "0"},
          {"--max-connections-per-address", "-1"},
          {"--max-new-connections-per-second", "-1"},
          {"--max-refused-calls-per-second", "-1"},
          {"--max-calls-per-connection", "0"},
          {"--max-header-bytes", "10"},
          {"--max-header-bytes", "100000000"},
          {"--max-resets-per-connection", "0"},
          {"--handshake-timeout", "0s"},
        }) {
      LimitFlags flags = CommandLine.populateCommand(new LimitFlags(), options);
      UsageException refused = assertThrows(UsageException.class, flags::limits);
      assertTrue(String.valueOf(refused.getMessage()).startsWith(options[0] + " must be"));
    }
  }

  @Test
  void withoutOptionsTheLimitsAreTheDefaultsOfTheServer() {
    assertEquals(
        ServerConfig.on(new StoreChoice.Memory()).limits(),
        CommandLine.populateCommand(new LimitFlags()).limits());
  }
}
