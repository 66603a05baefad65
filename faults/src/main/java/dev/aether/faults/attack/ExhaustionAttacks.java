package dev.aether.faults.attack;

import dev.aether.faults.topology.Waiting;
import dev.aether.server.wire.CursorRecord;
import dev.aether.server.wire.NamespacePosition;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SubscribeRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import java.util.zip.DeflaterInputStream;
import javax.net.ssl.SSLSocket;

/** Attempts to use up connections, memory, threads and namespaces, and to keep them. */
final class ExhaustionAttacks {
  private static final String SUBSCRIBE = "aether.v1.EventBus/Subscribe";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** An address of its own, since an address has a limit. */
  private static final String ATTACKER = "127.0.0.2";

  private static final int IDLE_CONNECTIONS = 5000;
  private static final int CONNECTIONS = 20;
  private static final int STREAMS_EACH = 5000;
  private static final int CONNECT_MILLIS = 5000;

  /** The most that gRPC takes as one request, and how many of them are more than the heap. */
  private static final int REQUEST_BYTES = 16 * 1024 * 1024;

  private static final int REQUESTS = 64;
  private static final int DATA_FRAME = 16 * 1024;

  /** A text of a few hundred characters becomes as many positions. */
  private static final int POSITIONS = 1 << 18;

  private static final int SUBSCRIPTIONS = 40;

  private final Target target;
  private final List<Attack> attacks = new ArrayList<>();

  private ExhaustionAttacks(Target target) {
    this.target = target;
  }

  static List<Attack> on(Target target) {
    ExhaustionAttacks made = new ExhaustionAttacks(target);
    made.slowness();
    made.numbers();
    made.http();
    return List.copyOf(made.attacks);
  }

  private void add(String name, String expected, Callable<String> act) {
    attacks.add(new Attack("exhaustion", name, expected, act));
  }

  private void slowness() {
    add(
        "a connection that never begins TLS",
        "closed after \\d+ s",
        () -> dribbled(target.port(), new byte[0]));
    add(
        "a TLS handshake of one byte a second",
        "closed after \\d+ s",
        () -> dribbled(target.port(), new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3}));
    add(
        "TLS without HTTP/2's preface",
        ".*connection closed after \\d+ s",
        () -> {
          try (Http2Connection connection = Http2Connection.silent(target)) {
            return connection.awaitEnd(PATIENCE);
          }
        });
    add(
        "a preface of one byte a second",
        ".*connection closed after \\d+ s",
        () -> {
          try (Http2Connection connection = Http2Connection.silent(target)) {
            long start = System.nanoTime();
            for (byte b : "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII)) {
              connection.send(new byte[] {b});
              if (Waiting.within(Duration.ofSeconds(1), connection::isEnded)) {
                break;
              }
            }
            return connection.answers() + " after " + seconds(start) + " s";
          } catch (IOException e) {
            return "connection closed after some s";
          }
        });
    add(
        "headers that never end",
        ".*connection closed after \\d+ s",
        () -> {
          try (Http2Connection connection = unfinished(Http2Connection.NONE)) {
            return connection.awaitEnd(PATIENCE);
          }
        });
    add(
        "a call whose request never comes, by a client that answers no ping",
        // grpc-java 1.83 ends the call, but leaves the connection to TCP.
        "GOAWAY NO_ERROR.*",
        () -> {
          try (Http2Connection connection = unfinished(Http2Connection.END_HEADERS)) {
            return connection.awaitAnswer(PATIENCE);
          }
        });
  }

  /** Sends one byte a second until the node closes the connection. */
  private static String dribbled(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MILLIS);
      long start = System.nanoTime();
      socket.setSoTimeout(1000);
      InputStream in = socket.getInputStream();
      for (int second = 0; second < PATIENCE.toSeconds(); second++) {
        try {
          if (second < bytes.length) {
            socket.getOutputStream().write(bytes[second]);
          }
          if (in.read() < 0) {
            return "closed after " + seconds(start) + " s";
          }
        } catch (java.net.SocketTimeoutException e) {
          // Nothing came within a second: go on.
        } catch (IOException e) {
          return "closed after " + seconds(start) + " s";
        }
      }
      return "still open after " + seconds(start) + " s";
    }
  }

  /** A connection with one call that has only headers. */
  private Http2Connection unfinished(int flags) throws Exception {
    Http2Connection connection = Http2Connection.open(target);
    connection.frame(
        Http2Connection.HEADERS,
        flags,
        1,
        Http2Connection.callHeaders(
            EventStoreGrpc.getSaveEventsMethod().getFullMethodName(),
            target.token("orders"),
            Map.of()));
    return connection;
  }

  private void numbers() {
    add(
        IDLE_CONNECTIONS + " idle connections",
        "[1-9]\\d* accepted, [1-9]\\d* refused; a new caller is served",
        this::idleConnections);
    add(
        CONNECTIONS * STREAMS_EACH
            + " calls that are never completed, on "
            + CONNECTIONS
            + " connections",
        "[1-9]\\d* refused, \\d+ connections closed; a new caller is served",
        this::openStreams);
    add(
        REQUESTS + " requests of 16 MB that stop before their end",
        "[1-9]\\d* of 64 refused; a new caller is served",
        this::unfinishedSaves);
    add(
        SUBSCRIPTIONS + " subscriptions with a forged cursor of " + POSITIONS + " positions",
        "40 of 40: .*; a new caller is served",
        this::forgedCursors);
    add(
        "auto-created namespaces without end",
        Target.NAMESPACES + " namespaces, then RESOURCE_EXHAUSTED: .+",
        this::namespaces);
  }

  private String idleConnections() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try {
      int refused = 0;
      for (int i = 0; i < IDLE_CONNECTIONS; i++) {
        Socket socket = new Socket();
        sockets.add(socket);
        try {
          socket.bind(new InetSocketAddress(ATTACKER, 0));
          socket.connect(new InetSocketAddress("127.0.0.1", target.port()), CONNECT_MILLIS);
        } catch (IOException e) {
          refused++;
        }
      }
      String served = served();
      for (Socket socket : sockets) {
        if (socket.isConnected() && isClosed(socket)) {
          refused++;
        }
      }
      return IDLE_CONNECTIONS - refused + " accepted, " + refused + " refused; " + served;
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static boolean isClosed(Socket socket) {
    try {
      socket.setSoTimeout(1);
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private String openStreams() throws Exception {
    List<Http2Connection> connections = new ArrayList<>();
    try {
      byte[] headers = Http2Connection.callHeaders(SUBSCRIBE, target.token("orders"), Map.of());
      for (int c = 0; c < CONNECTIONS; c++) {
        Http2Connection connection = Http2Connection.open(target);
        connections.add(connection);
        try {
          for (int i = 0; i < STREAMS_EACH && !connection.isEnded(); i++) {
            connection.frame(
                Http2Connection.HEADERS, Http2Connection.END_HEADERS, 2 * i + 1, headers);
          }
        } catch (IOException e) {
          // The node has closed the connection, which is counted below.
        }
      }
      String served = served();
      int refused = connections.stream().mapToInt(Http2Connection::refused).sum();
      long closed = connections.stream().filter(Http2Connection::isEnded).count();
      return refused + " refused, " + closed + " connections closed; " + served;
    } finally {
      connections.forEach(Http2Connection::close);
    }
  }

  /** Returns whether a call of another client is answered during the attack. */
  private String served() {
    return Calls.once(
        target,
        null,
        calls -> {
          String answer =
              Calls.outcome(
                  calls.withToken(target.token("bystander")),
                  EventStoreGrpc.getSaveEventsMethod(),
                  RightsAttacks.save("bystander", "caller-beside"));
          return answer.startsWith("answered") ? "a new caller is served" : answer;
        });
  }

  private String unfinishedSaves() throws Exception {
    List<Http2Connection> connections = new ArrayList<>();
    try {
      byte[] headers =
          Http2Connection.callHeaders(
              EventStoreGrpc.getSaveEventsMethod().getFullMethodName(),
              target.token("orders"),
              Map.of());
      byte[] frame = new byte[DATA_FRAME];
      for (int i = 0; i < REQUESTS; i++) {
        if (i % (REQUESTS / 4) == 0) {
          connections.add(Http2Connection.open(target));
        }
        Http2Connection connection = connections.get(connections.size() - 1);
        int stream = 2 * i + 1;
        connection.frame(Http2Connection.HEADERS, Http2Connection.END_HEADERS, stream, headers);
        byte[] prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(REQUEST_BYTES).array();
        boolean wanted = connection.data(stream, prefix, PATIENCE);
        for (int sent = DATA_FRAME; wanted && sent < REQUEST_BYTES; sent += DATA_FRAME) {
          wanted = connection.data(stream, frame, PATIENCE);
        }
      }
      int refused = connections.stream().mapToInt(Http2Connection::refused).sum();
      return refused + " of " + REQUESTS + " refused; " + served();
    } finally {
      connections.forEach(Http2Connection::close);
    }
  }

  /** With the right checksum: cursors are not signed. */
  private static String forgedCursor() throws IOException {
    byte[] record =
        CursorRecord.newBuilder()
            .addNamespaces(
                NamespacePosition.newBuilder()
                    .setIncarnation("aaaaaaaaaa")
                    .addAllPositions(Collections.nCopies(POSITIONS, 0L)))
            .build()
            .toByteArray();
    byte[] body;
    try (DeflaterInputStream in = new DeflaterInputStream(new ByteArrayInputStream(record))) {
      body = in.readAllBytes();
    }
    ByteBuffer cursor = ByteBuffer.allocate(1 + body.length + 4).put((byte) 2).put(body);
    CRC32C checksum = new CRC32C();
    checksum.update(cursor.array(), 0, 1 + body.length);
    cursor.putInt((int) checksum.getValue());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.array());
  }

  private String forgedCursors() throws IOException {
    String cursor = forgedCursor();
    return Calls.once(
        target,
        null,
        calls -> {
          int refused = 0;
          String last = "";
          for (int i = 0; i < SUBSCRIPTIONS; i++) {
            last =
                Calls.outcome(
                    calls.withToken(target.token("orders")),
                    EventBusGrpc.getSubscribeMethod(),
                    SubscribeRequest.newBuilder()
                        .setNamespacePattern("orders.*")
                        .setCursor(cursor)
                        .build());
            refused += last.startsWith("answered") ? 0 : 1;
          }
          return refused + " of " + SUBSCRIPTIONS + ": " + last + "; " + served();
        });
  }

  private String namespaces() {
    return Calls.once(
        target,
        null,
        calls -> {
          for (int i = 0; i < 4 * Target.NAMESPACES; i++) {
            String answer =
                Calls.outcome(
                    calls.withToken(target.token("flood")),
                    EventStoreGrpc.getSaveEventsMethod(),
                    RightsAttacks.save("flood.n" + i, "a"));
            if (!answer.startsWith("answered")) {
              // Those of the others exist already.
              return i + 4 + " namespaces, then " + answer;
            }
          }
          return "no limit within " + 4 * Target.NAMESPACES;
        });
  }

  private void http() {
    for (String path :
        List.of("/metrics", "/", "/../../etc/passwd", "/readyz/%2e%2e/%2e%2e/etc/passwd")) {
      add(
          "GET " + path + " over HTTP without rights",
          "HTTP/1.1 40[0134].*",
          () -> http("GET " + path + " HTTP/1.1\r\nHost: x\r\n"));
    }
    add(
        "1 MB of headers over HTTP",
        "HTTP/1.1 4\\d\\d.*|closed.*",
        () -> http("GET /readyz HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(1 << 20) + "\r\n"));
    add(
        "50,000 headers over HTTP",
        "HTTP/1.1 4\\d\\d.*|closed.*",
        () ->
            http(
                IntStream.range(0, 50_000)
                    .mapToObj(i -> "X" + i + ": y\r\n")
                    .collect(
                        java.util.stream.Collectors.joining(
                            "", "GET /readyz HTTP/1.1\r\nHost: x\r\n", ""))));
    add(
        "500 HTTP connections that never send a request",
        "\\d+ of 500 closed after \\d+ s; /readyz answers meanwhile",
        this::silentHttp);
  }

  private SSLSocket httpSocket() throws Exception {
    SSLSocket socket =
        (SSLSocket)
            TlsAttacks.trusting(target)
                .getSocketFactory()
                .createSocket("127.0.0.1", target.httpPort());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** The first line of the answer. */
  private String http(String request) throws Exception {
    try (SSLSocket socket = httpSocket()) {
      try {
        OutputStream out = socket.getOutputStream();
        out.write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
      } catch (IOException e) {
        // The node may answer or close before it has read everything.
      }
      return firstLine(socket);
    }
  }

  private static String firstLine(Socket socket) {
    try {
      StringBuilder line = new StringBuilder();
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0 && c != '\r'; c = in.read()) {
        line.append((char) c);
      }
      return line.isEmpty() ? "closed" : line.toString();
    } catch (IOException e) {
      return "closed: " + e.getMessage();
    }
  }

  private String silentHttp() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 500; i++) {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.connect(new InetSocketAddress("127.0.0.1", target.httpPort()), CONNECT_MILLIS);
      }
      String answer = http("GET /readyz HTTP/1.1\r\nHost: x\r\n");
      long start = System.nanoTime();
      boolean[] closed = new boolean[sockets.size()];
      boolean all =
          Waiting.within(
              PATIENCE,
              () -> {
                boolean isOpen = false;
                for (int i = 0; i < closed.length; i++) {
                  closed[i] = closed[i] || isClosed(sockets.get(i));
                  isOpen |= !closed[i];
                }
                return !isOpen;
              });
      long count = IntStream.range(0, closed.length).filter(i -> closed[i]).count();
      return count
          + " of 500 closed "
          + (all ? "after " : "within ")
          + seconds(start)
          + " s; "
          + (answer.contains("200") ? "/readyz answers meanwhile" : answer);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static long seconds(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }
}
