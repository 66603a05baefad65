package dev.aether.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int MORE_THAN_ARE_READ = 80;
  private static final int MAX_CONNECTIONS = 2048;

  private final AtomicReference<Optional<String>> outage =
      new AtomicReference<>(Optional.<String>empty());
  private final AtomicReference<Optional<String>> saveOutage =
      new AtomicReference<>(Optional.<String>empty());
  private final AtomicReference<List<String>> damage = new AtomicReference<>(List.of());
  private final HttpEndpoint endpoint = endpoint();

  private HttpEndpoint endpoint() {
    try {
      return new HttpEndpoint(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          outage::get,
          saveOutage::get,
          damage::get,
          Optional.empty());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @AfterEach
  void end() {
    endpoint.close();
  }

  private HttpResponse<String> ask(String method, String path)
      throws IOException, InterruptedException {
    InetSocketAddress address = endpoint.address();
    URI uri =
        URI.create(
            "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri).method(method, BodyPublishers.noBody()).timeout(BOUND).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  @Test
  void itSaysWhetherTheNodeCanServe() throws IOException, InterruptedException {
    assertEquals(200, ask("GET", "/readyz").statusCode());
    outage.set(Optional.of("no NATS"));
    assertEquals(503, ask("GET", "/readyz").statusCode());
    assertEquals("no NATS\n", ask("GET", "/readyz").body());
    assertEquals(503, ask("HEAD", "/readyz").statusCode());
    assertEquals(200, ask("GET", "/healthz").statusCode());
    assertEquals(404, ask("GET", "/elsewhere").statusCode());
  }

  @Test
  void aNodeThatOnlyRefusesSavesIsReadyAndSaysSo() throws IOException, InterruptedException {
    assertEquals(200, ask("GET", "/readyz/saves").statusCode());
    saveOutage.set(Optional.of("full"));
    assertEquals(200, ask("GET", "/readyz").statusCode());
    assertEquals("ok, but saves are refused: full\n", ask("GET", "/readyz").body());
    assertEquals(503, ask("GET", "/readyz/saves").statusCode());
    assertEquals("full\n", ask("GET", "/readyz/saves").body());
    outage.set(Optional.of("no NATS"));
    assertEquals("no NATS\n", ask("GET", "/readyz/saves").body());
  }

  @Test
  void requestsSentByHalvesHoldUpNobody() throws IOException, InterruptedException {
    List<Socket> halves = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        halves.add(half());
      }
      assertEquals(200, ask("GET", "/healthz").statusCode());
    } finally {
      for (Socket half : halves) {
        half.close();
      }
    }
  }

  @Test
  void requestsThatAreNeverSentWholeAreGivenUp() throws IOException {
    List<Socket> halves = new ArrayList<>();
    try {
      for (int i = 0; i < MORE_THAN_ARE_READ; i++) {
        halves.add(half());
      }
      for (Socket half : halves) {
        assertTrue(isClosed(half));
      }
    } finally {
      for (Socket half : halves) {
        half.close();
      }
    }
  }

  @Test
  void bodiesThatNeverArriveAreGivenUp() throws IOException, InterruptedException {
    List<Socket> senders = new ArrayList<>();
    try {
      for (int i = 0; i < MORE_THAN_ARE_READ; i++) {
        senders.add(connect());
        send(senders.get(i), "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
      }
      Await.until("an answer", BOUND, () -> isAlive());
    } finally {
      for (Socket sender : senders) {
        sender.close();
      }
    }
  }

  @Test
  void headersAboveTheLimitAreRefused() throws IOException {
    try (Socket sender = connect()) {
      send(sender, "GET /healthz HTTP/1.1\r\nHost: a\r\nlarge: " + "x".repeat(20_000) + "\r\n\r\n");
      String answer = beginning(sender);
      assertFalse(answer.contains(" 200 "), answer);
    }
    try (Socket sender = connect()) {
      send(sender, "GET /healthz HTTP/1.1\r\nHost: a\r\nlarge: " + "x".repeat(10_000) + "\r\n\r\n");
      assertTrue(beginning(sender).startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void connectionsAboveTheLimitAreClosedAndServedOnceOthersHaveLeft() throws IOException {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_CONNECTIONS; i++) {
        idle.add(connect());
      }
      try (Socket above = connect()) {
        assertTrue(isClosed(above));
      }
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    Await.until("an answer", BOUND, () -> isAlive());
  }

  private boolean isAlive() {
    try {
      return ask("GET", "/healthz").statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first bytes of an answer; empty if the connection is closed without one. */
  private static String beginning(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readNBytes(20), StandardCharsets.UTF_8);
    } catch (SocketException reset) {
      return "";
    }
  }

  /** Waits for it; what the server had not read yet when it closed makes it a reset. */
  private static boolean isClosed(Socket half) throws IOException {
    try {
      return half.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  private Socket half() throws IOException {
    Socket half = connect();
    send(half, "GET /healthz HTTP/1.1\r\n");
    return half;
  }

  private Socket connect() throws IOException {
    InetSocketAddress address = endpoint.address();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout((int) BOUND.toMillis());
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }
}
