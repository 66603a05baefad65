package dev.aether.server.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.security.ClientTls;
import dev.aether.server.security.Security;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.OtlpCollector;
import dev.aether.server.testing.TestCertificates;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collectors that want TLS and a token. */
class OtlpSecuredTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private static Path folder;
  private static Path authority;
  private static SSLContext here;
  private static SSLContext elsewhere;

  @BeforeAll
  static void makeCertificates(@TempDir Path temporary) throws GeneralSecurityException {
    folder = temporary;
    TestCertificates certificates = new TestCertificates(folder);
    authority = certificates.authority("authority");
    here = server(certificates.issue("authority", "here", "otel", "ip:127.0.0.1", 100));
    elsewhere = server(certificates.issue("authority", "elsewhere", "otel", "dns:example.com", 9));
  }

  private static SSLContext server(TestCertificates.Pair own) throws GeneralSecurityException {
    SecurityConfig config =
        new SecurityConfig(
            Optional.of(new SecurityConfig.Tls(own.certificate(), own.key(), Optional.empty())),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    try (Security security = new Security(config, InstantSource.system())) {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {security.keys().orElseThrow()}, null, null);
      return context;
    }
  }

  @Test
  void tracesAndMetricsHaveTheHeadersOfTheFileAlsoAfterItHasChanged() throws Exception {
    Path headers = Files.writeString(folder.resolve("headers"), "Authorization: Bearer first\n");
    try (OtlpCollector collector = OtlpCollector.startSecured(here)) {
      ServerConfig.Otlp otlp =
          new ServerConfig.Otlp(
              collector.url(),
              EnumSet.allOf(ServerConfig.Otlp.Signal.class),
              1,
              Optional.of(headers),
              Optional.of(authority));
      try (AetherServer node =
          AetherServer.start(
              ServerConfig.on(new ServerConfig.StoreChoice.Memory()).withOtlp(otlp))) {
        call(node);
        Await.until(
            "the first token",
            BOUND,
            () -> collector.authorizations().contains("/v1/traces Bearer first"));
        var unused = collector.await(span -> true);
        assertTrue(
            collector.authorizations().stream().allMatch(each -> each.endsWith(" Bearer first")),
            () -> collector.authorizations().toString());
        Files.writeString(headers, "authorization: Bearer second\n");
        Await.until(
            "the second token",
            BOUND,
            () -> {
              call(node);
              return collector.authorizations().contains("/v1/traces Bearer second");
            });
      }
      assertTrue(
          collector.authorizations().contains("/v1/metrics Bearer second"),
          () -> "metrics are sent when a node stops, but there is " + collector.authorizations());
    }
  }

  private static void call(AetherServer node) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", node.grpcAddress().getPort())
            .usePlaintext()
            .build();
    try {
      var unused =
          EventStoreGrpc.newBlockingStub(channel)
              .getLatestVersion(GetLatestVersionRequest.newBuilder().setActorId("a").build());
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aCollectorOfAnotherAuthorityOrNameGetsNothing() throws IOException {
    try (OtlpCollector collector = OtlpCollector.startSecured(here)) {
      awaitTrouble(
          new Collector(collector.url(), "node", "0"), "unable to find valid certification path");
      assertEquals(List.of(), collector.authorizations());
    }
    try (OtlpCollector collector = OtlpCollector.startSecured(elsewhere)) {
      ClientTls tls = new ClientTls("the collector", Optional.of(authority), Optional.empty());
      awaitTrouble(
          new Collector(collector.url(), "node", "0", Optional.empty(), Optional.of(tls)),
          "No subject alternative names matching IP address");
      assertEquals(List.of(), collector.authorizations());
    }
  }

  private static void awaitTrouble(Collector collector, String reason) {
    try (Metrics metrics = new Metrics();
        OtlpMetrics sender =
            new OtlpMetrics(collector, metrics::snapshots, Duration.ofMillis(50))) {
      Await.until(
          "trouble with " + reason,
          BOUND,
          () -> sender.trouble().filter(why -> why.contains(reason)).isPresent());
    }
  }
}
