package dev.aether.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.security.Security;
import dev.aether.server.security.SecurityConfig;
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
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int MORE_THAN_ARE_READ = 80;
  private static final int MAX_CONNECTIONS = 2048;

  private final Conditions conditions = new Conditions();
  private final AtomicReference<List<String>> damage = new AtomicReference<>(List.of());
  private final CountDownLatch waiting = new CountDownLatch(HttpEndpoint.MAX_PAGES);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final HttpEndpoint endpoint = endpoint();

  private HttpEndpoint endpoint() {
    try {
      return new HttpEndpoint(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          routes(),
          new Security(SecurityConfig.NONE, InstantSource.system()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Route> routes() {
    List<Route> routes = new ArrayList<>(HealthRoutes.of(conditions, false, damage::get));
    routes.add(Route.open("/", question -> HttpAnswer.text(200, "root")));
    routes.add(
        Route.open(
                "/api/",
                question ->
                    HttpAnswer.json(
                        200, question.path() + " " + question.parameter("q").orElse("-")))
            .andBelow());
    routes.add(Route.open("/api/own", question -> HttpAnswer.text(200, "own")));
    routes.add(
        Route.open(
            "/fails",
            question -> {
              throw new IllegalStateException("on purpose");
            }));
    routes.add(
        Route.open(
            "/waits",
            question -> {
              waiting.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return HttpAnswer.text(200, "waited");
            }));
    return routes;
  }

  @AfterEach
  void end() {
    goOn.countDown();
    endpoint.close();
  }

  private HttpResponse<String> ask(String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(uri(path))
            .method(method, BodyPublishers.noBody())
            .timeout(BOUND)
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }

  private URI uri(String path) {
    InetSocketAddress address = endpoint.address();
    return URI.create(
        "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + path);
  }

  @Test
  void itSaysWhetherTheNodeCanServe() throws IOException, InterruptedException {
    assertEquals(200, ask("GET", "/readyz").statusCode());
    conditions.set(Condition.UNREACHABLE, Optional.of("no NATS"));
    assertEquals(503, ask("GET", "/readyz").statusCode());
    assertEquals("no NATS\n", ask("GET", "/readyz").body());
    assertEquals(
        "{\"ready\":false,\"why\":\"no NATS\",\"conditions\":[{\"condition\":\"unreachable\","
            + "\"why\":\"no NATS\",\"seconds\":0}],\"damage\":[]}\n",
        ask("GET", "/readyz?format=json").body());
    assertEquals(503, ask("HEAD", "/readyz").statusCode());
    assertEquals(200, ask("GET", "/healthz").statusCode());
    assertEquals(404, ask("GET", "/elsewhere").statusCode());
  }

  @Test
  void aNodeThatOnlyRefusesSavesIsReadyAndSaysSo() throws IOException, InterruptedException {
    assertEquals(200, ask("GET", "/readyz/saves").statusCode());
    conditions.set(Condition.STORE_FULL, Optional.of("full"));
    assertEquals(200, ask("GET", "/readyz").statusCode());
    assertEquals("ok, but saves are refused: full\n", ask("GET", "/readyz").body());
    assertEquals(503, ask("GET", "/readyz/saves").statusCode());
    assertEquals("full\n", ask("GET", "/readyz/saves").body());
    conditions.set(Condition.UNREACHABLE, Optional.of("no NATS"));
    assertEquals("no NATS\n", ask("GET", "/readyz/saves").body());
  }

  @Test
  void aRequestGoesToTheRouteWithTheLongestPath() throws IOException, InterruptedException {
    assertEquals("root\n", ask("GET", "/").body());
    assertEquals("own\n", ask("GET", "/api/own").body());
    assertEquals("/api/a b 1&2", ask("GET", "/api/a%20b?p=0&q=1%262&q=3").body());
    assertEquals("/api/own/more -", ask("GET", "/api/own/more?p").body());
    assertEquals(404, ask("GET", "/api").statusCode());
  }

  @Test
  void pagesAreOnlyRead() throws IOException, InterruptedException {
    HttpResponse<String> refused = ask("POST", "/");
    assertEquals(405, refused.statusCode());
    assertEquals(Optional.of("GET, HEAD"), refused.headers().firstValue("Allow"));
    assertEquals("", ask("HEAD", "/").body());
    assertEquals(200, ask("HEAD", "/").statusCode());
  }

  @Test
  void aHandlerThatFailsIsAnsweredWithoutItsReason() throws IOException, InterruptedException {
    HttpResponse<String> answer = ask("GET", "/fails");
    assertEquals(500, answer.statusCode());
    assertFalse(answer.body().contains("on purpose"), answer.body());
  }

  @Test
  void probesAreAnsweredWhilePagesTakeAllTheirThreads() throws Exception {
    List<CompletableFuture<Integer>> pages = new ArrayList<>();
    for (int i = 0; i < HttpEndpoint.MAX_PAGES; i++) {
      pages.add(
          HttpClient.newHttpClient()
              .sendAsync(
                  HttpRequest.newBuilder(uri("/waits")).timeout(BOUND).build(),
                  BodyHandlers.ofString())
              .thenApply(HttpResponse::statusCode));
    }
    assertTrue(waiting.await(BOUND.toSeconds(), TimeUnit.SECONDS));
    assertEquals(200, ask("GET", "/readyz").statusCode());
    HttpResponse<String> above = ask("GET", "/");
    assertEquals(503, above.statusCode());
    assertEquals("overloaded\n", above.body());
    goOn.countDown();
    for (CompletableFuture<Integer> page : pages) {
      assertEquals(200, page.get(BOUND.toSeconds(), TimeUnit.SECONDS));
    }
    assertEquals(200, ask("GET", "/").statusCode());
  }

  /** A browser shows the page of a site whose name the site lets point to 127.0.0.1. */
  @Test
  void aPageOfAnotherSiteCannotReadANodeOnTheLoopbackAddress() throws IOException {
    assertEquals("HTTP/1.1 421", status("/", "evil.example:7451"));
    assertEquals("HTTP/1.1 200", status("/", "localhost:7451"));
    assertEquals("HTTP/1.1 200", status("/", "[::1]:7451"));
    assertEquals("HTTP/1.1 200", status("/healthz", "node-1.example"));
  }

  private String status(String path, String host) throws IOException {
    try (Socket socket = connect()) {
      send(socket, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      return beginning(socket).substring(0, "HTTP/1.1 200".length());
    }
  }

  @Test
  void whatDoesNotKeepTheNodeFromServingIsOnFurtherLines()
      throws IOException, InterruptedException {
    conditions.set(Condition.SLOW_SAVES, Optional.of("9 of 10"));
    conditions.set(Condition.SAVES_FAIL, Optional.of("none of 3"));
    damage.set(List.of("a log"));
    assertEquals(
        "ok\nsaves_fail: none of 3\nslow_saves: 9 of 10\ndamaged: a log\n",
        ask("GET", "/readyz").body());
    assertEquals(503, ask("GET", "/readyz/saves").statusCode());
    assertEquals("none of 3\n", ask("GET", "/readyz/saves").body());
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
