package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwtsTest {
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
  private static final String ISSUER = "https://issuer.example.com";
  private static final String AUDIENCE = "aether";

  private static RSAKey rsa;
  private static ECKey ec;
  private static RSAKey foreign;

  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final AtomicReference<JWKSet> keys = new AtomicReference<>(published());
  private final Jwts jwts = new Jwts(keys::get, ISSUER, AUDIENCE, "groups", now::get);

  @BeforeAll
  static void makeKeys() throws JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    foreign = new RSAKeyGenerator(2048).keyID("foreign").generate();
  }

  private static JWKSet published() {
    return new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK()));
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience(AUDIENCE)
        .subject("alice")
        .claim("groups", List.of("ops", "dev"))
        .expirationTime(Date.from(NOW.plusSeconds(300)));
  }

  private static String signed(
      JWSAlgorithm algorithm, String keyId, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    SignedJWT token = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
    token.sign(signer);
    return token.serialize();
  }

  private static String signed(JWTClaimsSet claims) throws JOSEException {
    return signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa), claims);
  }

  private void assertRefused(String why, String token) {
    StoreException thrown = assertThrows(StoreException.class, () -> jwts.identify(token), why);
    assertEquals(Reason.UNAUTHENTICATED, thrown.reason(), why);
    String signature = token.substring(token.lastIndexOf('.') + 1);
    assertTrue(
        signature.length() < 10 || !String.valueOf(thrown.getMessage()).contains(signature), why);
  }

  @Test
  void aValidTokenNamesItsSubjectAndGroups() throws JOSEException {
    Identity identity = jwts.identify(signed(claims().build()));
    assertEquals(List.of("jwt:alice", "group:ops", "group:dev"), identity.names());
    assertEquals(NOW.plusSeconds(300).plus(Jwts.CLOCK_SKEW), identity.expires().orElseThrow());
    String byEc = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), claims().build());
    assertEquals("jwt:alice", jwts.identify(byEc).names().get(0));
  }

  @Test
  void aTokenExpiresAlthoughItWasVerifiedBefore() throws JOSEException {
    String token = signed(claims().build());
    assertEquals("jwt:alice", jwts.identify(token).names().get(0));
    now.set(NOW.plusSeconds(359));
    assertEquals("jwt:alice", jwts.identify(token).names().get(0));
    now.set(NOW.plusSeconds(361));
    assertRefused("expired", token);
  }

  @Test
  void aTokenThatProvesNothingIsRefused() throws JOSEException {
    assertRefused("alg none", new PlainJWT(claims().build()).serialize());
    // The classic attack: the public key as the secret of an HMAC.
    byte[] publicKey = rsa.toRSAPublicKey().getEncoded();
    assertRefused(
        "HMAC", signed(JWSAlgorithm.HS256, "rsa", new MACSigner(publicKey), claims().build()));
    assertRefused(
        "unknown key",
        signed(JWSAlgorithm.RS256, "foreign", new RSASSASigner(foreign), claims().build()));
    assertRefused(
        "another key under a known id",
        signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(foreign), claims().build()));
    assertRefused("no JWT", "a.b.c");
    assertRefused("nothing", "");
    String[] parts = signed(claims().build()).split("\\.", -1);
    String[] other = signed(claims().subject("mallory").build()).split("\\.", -1);
    assertRefused("other claims", parts[0] + "." + other[1] + "." + parts[2]);
  }

  @Test
  void aTokenHasOneSpellingSoThatNobodyFillsTheMemoryWithOthers() throws JOSEException {
    String token = signed(claims().build());
    assertRefused("a character that base64 does not have", token + "!");
    assertRefused("8,000 of them", token + "!".repeat(8000));
    assertRefused(
        "within the signature",
        new StringBuilder(token).insert(token.length() - 9, ' ').toString());
  }

  @Test
  void theTokensThatAreRememberedHaveABoundedSize() throws JOSEException {
    Jwts few = new Jwts(keys::get, ISSUER, AUDIENCE, "groups", now::get, 40_000);
    for (int i = 0; i < 30; i++) {
      JWTClaimsSet large =
          claims().subject("s" + i).claim("groups", List.of("g".repeat(3000))).build();
      String token = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(ec), large);
      assertEquals("jwt:s" + i, few.identify(token).names().get(0));
    }
    // Each has about 4,300 characters, and as many names as take another 3,200.
    assertTrue(few.remembered() >= 3 && few.remembered() <= 6, "tokens: " + few.remembered());
  }

  @Test
  void aTokenForSomethingElseIsRefused() throws JOSEException {
    assertRefused("audience", signed(claims().audience("other").build()));
    assertRefused("no audience", signed(claims().audience((String) null).build()));
    assertRefused("issuer", signed(claims().issuer("https://other.example.com").build()));
    assertRefused("no subject", signed(claims().subject(null).build()));
    assertRefused("no expiry", signed(claims().expirationTime(null).build()));
    assertRefused(
        "not yet valid", signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(120))).build()));
    assertRefused(
        "expired", signed(claims().expirationTime(Date.from(NOW.minusSeconds(120))).build()));
  }

  @Test
  void aTokenIsRefusedOnceItsKeyIsWithdrawn() throws JOSEException {
    String token = signed(claims().build());
    assertEquals("jwt:alice", jwts.identify(token).names().get(0));
    keys.set(new JWKSet(ec.toPublicJWK()));
    assertRefused("withdrawn", token);
  }

  @Test
  void keysAreReadFromAFileAgainWhenItChanges(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("keys"), new JWKSet(rsa.toPublicJWK()).toString());
    try (IssuerKeys read = new IssuerKeys(file.toString(), IssuerKeys.FETCH_EVERY)) {
      assertEquals("rsa", read.present().getKeys().get(0).getKeyID());
      Files.writeString(file, "no keys");
      Files.writeString(file, new JWKSet(ec.toPublicJWK()).toString());
      Await.until("the new keys", Duration.ofSeconds(10), read::refresh);
      assertEquals("ec", read.present().getKeys().get(0).getKeyID());
    }
  }

  @Test
  void keysAreFetchedAgainAndStayWhileTheUrlFails() throws IOException {
    AtomicReference<String> answer =
        new AtomicReference<>(new JWKSet(rsa.toPublicJWK()).toString());
    AtomicInteger failures = new AtomicInteger();
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/keys",
        exchange -> {
          byte[] body = Objects.requireNonNull(answer.get()).getBytes(StandardCharsets.UTF_8);
          if (body.length == 0) {
            failures.incrementAndGet();
          }
          exchange.sendResponseHeaders(body.length == 0 ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    http.start();
    String url = "http://127.0.0.1:" + http.getAddress().getPort() + "/keys";
    try (IssuerKeys fetched = new IssuerKeys(url, Duration.ofMillis(50))) {
      answer.set("");
      Await.until("failures", Duration.ofSeconds(20), () -> failures.get() > 2);
      assertEquals("rsa", fetched.present().getKeys().get(0).getKeyID());
      answer.set(new JWKSet(ec.toPublicJWK()).toString());
      Await.until(
          "the new keys",
          Duration.ofSeconds(20),
          () -> fetched.present().getKeys().get(0).getKeyID().equals("ec"));
    } finally {
      http.stop(0);
    }
    assertThrows(SecurityFileException.class, () -> new IssuerKeys(url, Duration.ofHours(1)));
  }
}
