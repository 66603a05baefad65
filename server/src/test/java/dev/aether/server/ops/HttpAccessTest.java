package dev.aether.server.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.ClientTls;
import dev.aether.server.security.Right;
import dev.aether.server.security.Security;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The pages of a node with TLS, tokens, client certificates and a policy. */
class HttpAccessTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final String PROMETHEUS = Tokens.random();
  private static final String ORDERS = Tokens.random();

  private static Path authority;
  private static TestCertificates.Pair client;
  private static Security security;
  private static HttpEndpoint endpoint;
  private static HttpClient browser;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    authority = certificates.authority("authority");
    TestCertificates.Pair own =
        certificates.issue("authority", "server", "server", "dns:localhost,ip:127.0.0.1", 10);
    client = certificates.issue("authority", "client", "grafana", "", 10);
    Path tokens = folder.resolve("tokens");
    Files.write(
        tokens, List.of(Tokens.line("prometheus", PROMETHEUS), Tokens.line("orders", ORDERS)));
    Path policy = folder.resolve("policy");
    Files.write(
        policy,
        List.of(
            "token:prometheus > monitor", "cert:grafana > monitor", "token:orders orders.> all"));
    security =
        new Security(
            new SecurityConfig(
                Optional.of(
                    new SecurityConfig.Tls(own.certificate(), own.key(), Optional.of(authority))),
                Optional.of(tokens),
                Optional.empty(),
                Optional.of(policy)),
            InstantSource.system());
    endpoint =
        new HttpEndpoint(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            List.of(
                Route.probe("/healthz", question -> HttpAnswer.text(200, "ok")),
                Route.forRight(
                    "/metrics", Right.MONITOR, question -> HttpAnswer.text(200, "metrics")),
                Route.forIdentity("/api/", HttpAccessTest::namespace).andBelow()),
            security);
    browser = browser(Optional.empty());
  }

  private static HttpAnswer namespace(HttpQuestion question) {
    String namespace = question.path().substring("/api/".length());
    question.caller().require(Right.READ, namespace);
    return HttpAnswer.text(200, question.caller().name().orElseThrow());
  }

  private static HttpClient browser(Optional<TestCertificates.Pair> own) {
    return HttpClient.newBuilder()
        .sslContext(
            new ClientTls(
                    "the node",
                    Optional.of(authority),
                    own.map(
                        pair ->
                            new ClientTls.Own("own certificate", pair.certificate(), pair.key())))
                .context())
        .build();
  }

  @AfterAll
  static void end() {
    endpoint.close();
    security.close();
  }

  private static HttpResponse<String> ask(String path, String... headers) throws Exception {
    return ask(browser, path, headers);
  }

  private static HttpResponse<String> ask(HttpClient from, String path, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + endpoint.address().getPort() + path))
            .timeout(BOUND);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return from.send(request.build(), BodyHandlers.ofString());
  }

  private static String basic(String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString(("anybody:" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void probesNeedNoCredentials() throws Exception {
    assertEquals(200, ask("/healthz").statusCode());
  }

  @Test
  void aCallerWithoutCredentialsIsAskedForThem() throws Exception {
    HttpResponse<String> answer = ask("/metrics");
    assertEquals(401, answer.statusCode());
    String challenge = answer.headers().firstValue("WWW-Authenticate").orElseThrow();
    assertTrue(challenge.contains("Basic realm=") && challenge.contains("Bearer"), challenge);
    assertEquals(401, ask("/metrics", "Authorization", "Bearer no").statusCode());
    assertEquals(401, ask("/metrics", "Authorization", basic("no")).statusCode());
    assertEquals(401, ask("/metrics", "Authorization", "Basic %%").statusCode());
    assertEquals(401, ask("/metrics", "Authorization", "Digest x").statusCode());
  }

  @Test
  void aTokenIsAcceptedAsBearerAndAsThePasswordOfBasic() throws Exception {
    assertEquals(200, ask("/metrics", "Authorization", "Bearer " + PROMETHEUS).statusCode());
    assertEquals(200, ask("/metrics", "Authorization", basic(PROMETHEUS)).statusCode());
  }

  @Test
  void aClientCertificateIsAccepted() throws Exception {
    assertEquals(200, ask(browser(Optional.of(client)), "/metrics").statusCode());
  }

  @Test
  void aCallerWithoutTheRightIsRefused() throws Exception {
    HttpResponse<String> answer = ask("/metrics", "Authorization", "Bearer " + ORDERS);
    assertEquals(403, answer.statusCode());
    assertEquals(
        "permission denied: token:orders does not have the right monitor on >\n", answer.body());
  }

  @Test
  void aPageShowsWhatItsCallerMaySee() throws Exception {
    assertEquals(
        "token:orders\n", ask("/api/orders.eu", "Authorization", "Bearer " + ORDERS).body());
    assertEquals(403, ask("/api/stock", "Authorization", "Bearer " + ORDERS).statusCode());
  }

  @Test
  void refusedCallersAreInTheAuditLogWithoutTheirTokens() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.NAME);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setLevel(Level.INFO);
    try {
      ask("/api/stock", "Authorization", "Bearer " + ORDERS);
      ask("/metrics", "Authorization", "Bearer aether_forged");
    } finally {
      logger.detachAppender(lines);
      logger.setLevel(null);
    }
    String refused = lines.list.get(0).getFormattedMessage();
    assertTrue(refused.contains("\"outcome\":\"PERMISSION_DENIED\""), refused);
    assertTrue(refused.contains("\"identity\":\"token:orders\""), refused);
    assertTrue(refused.contains("\"rpc\":\"HTTP /api/stock\""), refused);
    assertTrue(refused.contains("\"namespace\":\"stock\""), refused);
    String stranger = lines.list.get(1).getFormattedMessage();
    assertTrue(stranger.contains("\"outcome\":\"UNAUTHENTICATED\""), stranger);
    assertFalse(stranger.contains("forged"), stranger);
  }
}
