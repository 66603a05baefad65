package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.Durability;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.security.ClientTls;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Validity;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HttpText;
import dev.aether.server.testing.TestCertificates;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node says in time that its certificates expire. */
final class CertificateExpiryTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String SAMPLE =
      "aether_certificate_expiration_timestamp_seconds{certificate=\"%s\"} ";

  @Test
  void aNodeWarnsBeforeACertificateExpiresUntilItIsRenewed(@TempDir Path folder) throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    Path authority = certificates.authority("authority");
    String names = "dns:localhost,ip:127.0.0.1";
    TestCertificates.Pair server = certificates.issue("authority", "server", "nats", names, 900);
    TestCertificates.Pair node = certificates.issue("authority", "node", "node", names, 100);
    TestCertificates.Pair client = certificates.issue("authority", "client", "node", names, 200);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    String config =
        String.format(
            Locale.ROOT,
            "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\", verify: true }%n",
            server.certificate(),
            server.key(),
            authority);
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config);
        AetherServer aether =
            AetherServer.start(config(nats, authority, client, node).withClock(now::get))) {
      HttpClient http =
          HttpClient.newBuilder()
              .sslContext(
                  new ClientTls("nodes", Optional.of(authority), Optional.empty()).context())
              .build();
      URI base = URI.create("https://127.0.0.1:" + aether.httpAddress().orElseThrow().getPort());
      Validity ofNode = Validity.of(node.certificate());
      Validity ofClient = Validity.of(client.certificate());
      assertEquals("ok\n", HttpText.get(http, base.resolve("/readyz")));
      assertEquals(ofNode.until().getEpochSecond(), expiry(http, base, "tls-cert"));
      assertEquals(ofClient.until().getEpochSecond(), expiry(http, base, "nats-tls-cert"));

      now.set(ofNode.until().minus(Duration.ofHours(50)));
      await(
          http, base, "certificate_expires_soon: the certificate of --tls-cert expires in 2 days");
      now.set(ofNode.until().plusSeconds(1));
      await(http, base, "certificate_expired: the certificate of --tls-cert expired at ");
      assertTrue(
          !HttpText.get(http, base.resolve("/readyz")).contains("certificate_expires_soon"),
          "one that has expired does not expire soon");
      certificates.issue("authority", "node-2", "node", names, 900).renew(node);
      await(http, base, "ok\n");

      now.set(ofClient.until().minus(Duration.ofMinutes(30)));
      await(
          http,
          base,
          "certificate_expires_soon: the certificate of --nats-tls-cert expires in 30 min");
      certificates.issue("authority", "client-2", "node", names, 900).renew(client);
      await(http, base, "ok\n");
      assertEquals(
          Validity.of(client.certificate()).until().getEpochSecond(),
          expiry(http, base, "nats-tls-cert"));
    }
  }

  private static ServerConfig config(
      TestNatsServer nats,
      Path authority,
      TestCertificates.Pair client,
      TestCertificates.Pair node) {
    ClientTls tls =
        new ClientTls(
            "NATS",
            Optional.of(authority),
            Optional.of(new ClientTls.Own("--nats-tls-cert", client.certificate(), client.key())));
    StoreChoice store =
        new StoreChoice.Nats(
            List.of(nats.url().replaceFirst("^.*//", "tls://")),
            SOON,
            Durability.Sync.UNKNOWN,
            new NatsAccess(Optional.empty(), Optional.of(tls.context()), false, tls.certificate()));
    return ServerConfig.on(store)
        .withSecurity(
            new SecurityConfig(
                Optional.of(
                    new SecurityConfig.Tls(node.certificate(), node.key(), Optional.empty())),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  /** All of the body, or one of its lines. */
  private static void await(HttpClient http, URI base, String text) {
    Await.until(
        text,
        SOON,
        () -> {
          String body = HttpText.get(http, base.resolve("/readyz"));
          return text.equals("ok\n") ? body.equals(text) : body.contains("ok\n" + text);
        });
  }

  private static long expiry(HttpClient http, URI base, String certificate) {
    String sample = String.format(Locale.ROOT, SAMPLE, certificate);
    return HttpText.get(http, base.resolve("/metrics"))
        .lines()
        .filter(line -> line.startsWith(sample))
        .map(line -> Double.valueOf(line.substring(sample.length())).longValue())
        .findFirst()
        .orElseThrow();
  }
}
