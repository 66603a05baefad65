package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.AetherException;
import dev.aether.client.CallSettings;
import dev.aether.client.Commit;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.TlsOptions;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that secures a node is replaced while clients write and subscribe. */
final class RenewalUnderLoadTest {
  private static final int WRITERS = 8;
  private static final int SUBSCRIBERS = 20;
  private static final int RENEWALS = 2;
  private static final int SAVES_A_CONNECTION = 20;
  private static final String ISSUER = "https://issuer.example.com";
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<String> failures = new CopyOnWriteArrayList<>();
  private volatile String token = Tokens.random();
  private volatile ECKey issuerKey;
  private volatile boolean writing = true;

  private Path folder;
  private TestCertificates certificates;
  private Path authority;
  private TestCertificates.Pair own;
  private TestCertificates.Pair client;
  private AetherServer server;

  @BeforeEach
  void start(@TempDir Path temporary) throws JOSEException, IOException {
    folder = temporary;
    issuerKey = key(0);
    certificates = new TestCertificates(folder);
    authority = certificates.authority("authority");
    own = serverCertificate(0);
    client = certificates.issue("authority", "client-0", "client", "", 100);
    replace("tokens", Tokens.line("app", token));
    replace("keys", keys(issuerKey));
    writePolicy(0);
    ServerConfig config =
        ServerConfig.on(new StoreChoice.Memory())
            .withSecurity(
                new SecurityConfig(
                    Optional.of(
                        new SecurityConfig.Tls(
                            own.certificate(), own.key(), Optional.of(authority))),
                    Optional.of(folder.resolve("tokens")),
                    Optional.of(
                        new SecurityConfig.Jwt(
                            folder.resolve("keys").toString(), ISSUER, "aether", "groups")),
                    Optional.of(folder.resolve("policy"))));
    server = AetherServer.start(config);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void renewedCertificatesTokensKeysAndPoliciesFailNoCallAndLeaveNoGap() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<AtomicLong> saved = new ArrayList<>();
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        AtomicLong version = new AtomicLong();
        saved.add(version);
        writers.add(threads.submit(() -> write(number, version)));
      }
      List<Follower> followers = new ArrayList<>();
      List<AutoCloseable> open = new ArrayList<>();
      for (int i = 0; i < SUBSCRIBERS; i++) {
        Follower follower = new Follower();
        followers.add(follower);
        AetherClient one = builder(i).build();
        open.add(one);
        open.add(
            one.subscribe(
                SubscribeOptions.builder(SubscriptionStart.beginning())
                    .namespacePattern("load")
                    .build(),
                follower));
      }
      for (int renewal = 1; renewal <= RENEWALS; renewal++) {
        renew(renewal, saved);
      }
      writing = false;
      for (Future<?> writer : writers) {
        writer.get(SOON.toSeconds(), TimeUnit.SECONDS);
      }
      Map<String, Long> expected = new TreeMap<>();
      for (int i = 0; i < WRITERS; i++) {
        expected.put("actor-" + i, saved.get(i).get());
      }
      assertEquals(List.of(), failures);
      for (Follower follower : followers) {
        Await.until("all commits", SOON, () -> follower.versions.equals(expected));
        assertEquals(List.of(), follower.irregular);
      }
      for (int i = open.size() - 1; i >= 0; i--) {
        open.get(i).close();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** First what is new becomes known, then it is used, then what is old is withdrawn. */
  private void renew(int renewal, List<AtomicLong> saved) throws JOSEException {
    serverCertificate(renewal).renew(own);
    certificates.issue("authority", "client-" + renewal, "client", "", 100).renew(client);
    writePolicy(renewal);

    String oldToken = token;
    String newToken = Tokens.random();
    ECKey oldKey = issuerKey;
    ECKey newKey = key(renewal);
    replace("tokens", Tokens.line("app", oldToken) + "\n" + Tokens.line("app", newToken));
    replace("keys", keys(oldKey, newKey));
    awaitAccepted(newToken, newKey);
    token = newToken;
    issuerKey = newKey;
    // Calls that were given the old credentials have ended when each writer has saved twice.
    awaitSaves(saved, 2);
    replace("tokens", Tokens.line("app", newToken));
    replace("keys", keys(newKey));
    awaitSaves(saved, 2 * SAVES_A_CONNECTION);
  }

  private void awaitAccepted(String newToken, ECKey newKey) {
    try (AetherClient byToken = plain().token(() -> newToken).build();
        AetherClient byJwt = plain().token(() -> jwt(newKey)).build()) {
      Await.until("the new token", SOON, () -> isAccepted(byToken));
      Await.until("the new key", SOON, () -> isAccepted(byJwt));
    }
  }

  private static boolean isAccepted(AetherClient client) {
    try {
      var unused = client.latestVersion("actor-0", CallSettings.defaults().withNamespace("load"));
      return true;
    } catch (AetherException e) {
      return false;
    }
  }

  private void awaitSaves(List<AtomicLong> saved, int more) {
    List<Long> before = saved.stream().map(AtomicLong::get).toList();
    for (int i = 0; i < saved.size(); i++) {
      int writer = i;
      Await.until(
          "saves of writer " + i,
          SOON,
          () -> !failures.isEmpty() || saved.get(writer).get() >= before.get(writer) + more);
      assertEquals(List.of(), failures);
    }
  }

  private TestCertificates.Pair serverCertificate(int renewal) {
    return certificates.issue(
        "authority", "server-" + renewal, "node", "dns:localhost,ip:127.0.0.1", 100);
  }

  /** Other lines each time, with the same rights. */
  private void writePolicy(int renewal) {
    replace(
        "policy",
        "# " + renewal,
        "token:app load read save subscribe",
        "jwt:app load all",
        "cert:client > read save subscribe",
        "token:other-" + renewal + " > all");
  }

  private void replace(String file, String... lines) {
    try {
      Path next = Files.write(folder.resolve(file + ".next"), List.of(lines));
      Files.move(next, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ECKey key(int number) throws JOSEException {
    return new ECKeyGenerator(Curve.P_256).keyID("key-" + number).generate();
  }

  private static String keys(ECKey... keys) {
    return new JWKSet(Arrays.stream(keys).map(JWK::toPublicJWK).toList()).toString();
  }

  private static String jwt(ECKey key) {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
              new JWTClaimsSet.Builder()
                  .issuer(ISSUER)
                  .audience("aether")
                  .subject("app")
                  .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                  .build());
      token.sign(new ECDSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** Without repeats, so that each failed attempt shows. */
  private AetherClientBuilder plain() {
    return AetherClient.builder()
        .endpoint("127.0.0.1:" + server.grpcAddress().getPort())
        .tls(TlsOptions.trusting(authority))
        .repeats(RepeatOptions.never());
  }

  /** A client with the credentials of its number: a token, a JWT or a certificate. */
  private AetherClientBuilder builder(int number) {
    return switch (number % 3) {
      case 0 -> plain().token(() -> token);
      case 1 -> plain().token(() -> jwt(issuerKey));
      default ->
          plain()
              .tls(TlsOptions.trusting(authority).withIdentity(client.certificate(), client.key()));
    };
  }

  /** Saves one version after another, each with the version that it expects. */
  private void write(int number, AtomicLong version) {
    while (writing && failures.isEmpty()) {
      try (AetherClient connection = builder(number).build()) {
        for (int i = 0; i < SAVES_A_CONNECTION && writing; i++) {
          var unused =
              connection.save(
                  SaveCommand.builder("actor-" + number, ExpectedVersion.exactly(version.get()))
                      .namespace("load")
                      .event(NewEvent.builder("Happened").build())
                      .build());
          version.incrementAndGet();
        }
      } catch (AetherException e) {
        failures.add("writer " + number + ": " + e);
      }
    }
  }

  /** Notes the newest version of each actor, and whatever comes twice or out of order. */
  private static final class Follower implements SubscriptionListener {
    final Map<String, Long> versions = new ConcurrentHashMap<>();
    final List<String> irregular = new CopyOnWriteArrayList<>();

    @Override
    public void onCommit(Commit commit) {
      @Nullable Long before = versions.put(commit.actorId(), commit.lastVersion());
      if (commit.firstVersion() != (before == null ? 1 : before + 1)) {
        irregular.add(commit.actorId() + ": " + commit.firstVersion() + " after " + before);
      }
    }

    @Override
    public void onError(AetherException error) {
      irregular.add("the end: " + error);
    }
  }
}
