package dev.aether.bench.scenario;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.aether.bench.driver.Access;
import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Scenario n: what TLS, tokens and JSON Web Tokens cost. */
public final class SecuredSaves implements Scenario {
  private static final int ACTORS = 10_000;
  private static final int IN_FLIGHT = 256;
  private static final String ISSUER = "https://issuer.example.com";
  private static final String AUDIENCE = "aether";
  private static final Duration TOKEN_LASTS = Duration.ofHours(6);
  private static final int MAKE_WITHIN_SECONDS = 60;

  private final Path home;

  /** A system: a node with its options, and how its driver gets access. */
  private record Way(String name, List<String> serve, Access access) {}

  /**
   * @param home the folder of the repository
   */
  public SecuredSaves(Path home) {
    this.home = home;
  }

  @Override
  public String id() {
    return "n";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    List<Driver> drivers = new ArrayList<>();
    List<AetherProcess> nodes = new ArrayList<>();
    try (NatsProcess nats = rig.nats()) {
      try {
        for (Way way : ways(rig)) {
          AetherProcess node = rig.nodeWith(nats, way.serve());
          nodes.add(node);
          drivers.add(
              new AetherUnary(
                  way.name(),
                  node.address(),
                  way.access(),
                  "n" + nodes.size(),
                  ACTORS,
                  Payload.json()));
        }
        return measured(scale, drivers);
      } finally {
        drivers.forEach(Driver::close);
        nodes.forEach(AetherProcess::close);
      }
    }
  }

  private Outcome measured(Scale scale, List<Driver> drivers) throws Exception {
    Rounds rounds =
        Rounds.run(
            scale,
            drivers,
            Driver::name,
            (driver, time) -> {
              Map<String, Double> figures = new LinkedHashMap<>();
              figures.put(
                  "saves/s",
                  ClosedLoop.run(driver, ACTORS, IN_FLIGHT, time, scale.maxPerRound()).perSecond());
              figures.put(
                  "one client, p50 ms",
                  Serial.appends(driver, ACTORS, time, scale.maxPerRound()).latencyMillis(50));
              return figures;
            });
    return new Outcome(
        id(),
        String.format(
            Locale.ROOT,
            "unary saves of one %d-byte event, secured in different ways; %d in flight, and one",
            Payload.BYTES,
            IN_FLIGHT),
        rounds.all(),
        List.of());
  }

  private List<Way> ways(Rig rig) throws Exception {
    Path folder = Files.createTempDirectory(rig.folder(), "secured-").resolve("credentials");
    make(folder);
    Path node = folder.resolve("node");
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("key").generate();
    Path keys = Files.writeString(folder.resolve("keys"), new JWKSet(key.toPublicJWK()).toString());
    Files.writeString(
        node.resolve("policy"), Files.readString(node.resolve("policy")) + "jwt:app > all\n");
    Optional<SslContext> tls =
        Optional.of(
            GrpcSslContexts.forClient().trustManager(folder.resolve("ca.crt").toFile()).build());
    String token = Files.readString(folder.resolve("app.token")).strip();
    List<String> certificate =
        List.of("--tls-cert=" + node.resolve("node.crt"), "--tls-key=" + node.resolve("node.key"));
    String policy = "--policy=" + node.resolve("policy");
    List<String> tokens = new ArrayList<>(certificate);
    tokens.addAll(List.of("--tokens=" + node.resolve("tokens"), policy));
    List<String> jwts = new ArrayList<>(certificate);
    jwts.addAll(
        List.of(
            "--jwt-keys=" + keys, "--jwt-issuer=" + ISSUER, "--jwt-audience=" + AUDIENCE, policy));
    return List.of(
        new Way("plain text", List.of(), Access.OPEN),
        new Way("TLS", certificate, new Access(tls, Optional.empty())),
        new Way("TLS and a token", tokens, new Access(tls, Optional.of(token))),
        new Way("TLS and a JWT", jwts, new Access(tls, Optional.of(jwt(key)))));
  }

  private void make(Path folder) throws IOException, InterruptedException {
    Process script =
        new ProcessBuilder(
                home.toAbsolutePath().resolve("docker/make-credentials").toString(),
                folder.toString())
            .inheritIO()
            .start();
    if (!script.waitFor(MAKE_WITHIN_SECONDS, TimeUnit.SECONDS) || script.exitValue() != 0) {
      script.destroyForcibly();
      throw new IllegalStateException("docker/make-credentials failed");
    }
  }

  private static String jwt(ECKey key) throws JOSEException {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("app")
                .expirationTime(Date.from(Instant.now().plus(TOKEN_LASTS)))
                .build());
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
