package dev.aether.faults.attack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Callers without credentials, and with forged ones. */
final class TokenAttacks {
  private static final String REFUSED = "UNAUTHENTICATED: .+";
  private static final String KEY_ID = "key-1";

  private final Target target;
  private final List<Attack> attacks = new ArrayList<>();

  private TokenAttacks(Target target) {
    this.target = target;
  }

  static List<Attack> on(Target target) {
    TokenAttacks made = new TokenAttacks(target);
    made.tokens();
    made.jsonWebTokens();
    return List.copyOf(made.attacks);
  }

  private void tokens() {
    add("no token", REFUSED, () -> null);
    add("an unknown token", REFUSED, () -> "Bearer aether_" + "A".repeat(43));
    add("a token with one character changed", REFUSED, () -> "Bearer " + changed());
    add("an empty token", REFUSED, () -> "Bearer ");
    add("a password instead of a token", REFUSED, () -> "Basic " + base64("admin:admin"));
    add("the hash of a token as the token", REFUSED, () -> "Bearer " + "0".repeat(64));
    add(
        "a token of 9 KB",
        "UNAUTHENTICATED: .+|.*[Hh]eader.*",
        () -> "Bearer " + "A".repeat(9 * 1024));
  }

  private String changed() {
    String token = target.token("admin");
    char last = token.charAt(token.length() - 5);
    return token.substring(0, token.length() - 5)
        + (last == 'x' ? 'y' : 'x')
        + token.substring(token.length() - 4);
  }

  private void jsonWebTokens() {
    add("a good JWT, for comparison", "answered.*", () -> jwt(claims().build()));
    add(
        "a JWT that has expired",
        REFUSED,
        () -> jwt(claims().expirationTime(Date.from(Instant.now().minusSeconds(120))).build()));
    add(
        "a JWT that is not valid yet",
        REFUSED,
        () -> jwt(claims().notBeforeTime(Date.from(Instant.now().plusSeconds(120))).build()));
    add("a JWT for another audience", REFUSED, () -> jwt(claims().audience("billing").build()));
    add(
        "a JWT of another issuer",
        REFUSED,
        () -> jwt(claims().issuer("https://evil.example.com").build()));
    add("a JWT without an expiry", REFUSED, () -> jwt(claims().expirationTime(null).build()));
    add("a JWT without a subject", REFUSED, () -> jwt(claims().subject(null).build()));
    add("alg: none", REFUSED, () -> "Bearer " + new PlainJWT(claims().build()).serialize());
    add(
        "HS256 with the public key as its secret",
        REFUSED,
        () ->
            signed(
                JWSAlgorithm.HS256,
                KEY_ID,
                new MACSigner(target.issuerKey().toRSAPublicKey().getEncoded()),
                claims().build()));
    add(
        "HS256 with the public key's PEM as its secret",
        REFUSED,
        () ->
            signed(
                JWSAlgorithm.HS256,
                KEY_ID,
                new MACSigner(
                    Base64.getMimeEncoder()
                        .encode(target.issuerKey().toRSAPublicKey().getEncoded())),
                claims().build()));
    add(
        "a JWT with an unknown kid",
        REFUSED,
        () ->
            signed(
                JWSAlgorithm.RS256,
                "../../../../dev/null",
                new RSASSASigner(target.issuerKey()),
                claims().build()));
    add("a JWT signed with another key under the known kid", REFUSED, this::ofForeignKey);
    add("a JWT that brings its own key in the header (jwk)", REFUSED, this::withOwnKey);
    add("a JWT whose claims were changed after signing", REFUSED, this::altered);
    add("a JWT whose signature was cut off", REFUSED, this::unsigned);
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(Target.ISSUER)
        .audience(Target.AUDIENCE)
        .subject("alice")
        .expirationTime(Date.from(Instant.now().plusSeconds(300)));
  }

  private String jwt(JWTClaimsSet claims) throws JOSEException {
    return signed(JWSAlgorithm.RS256, KEY_ID, new RSASSASigner(target.issuerKey()), claims);
  }

  /** A bearer token for alice that expires in so many seconds, not counting the clock skew. */
  static String expiringIn(Target target, int seconds) {
    try {
      return signed(
              JWSAlgorithm.RS256,
              KEY_ID,
              new RSASSASigner(target.issuerKey()),
              claims().expirationTime(Date.from(Instant.now().plusSeconds(seconds))).build())
          .substring("Bearer ".length());
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signed(
      JWSAlgorithm algorithm, String keyId, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    return signed(new JWSHeader.Builder(algorithm).keyID(keyId).build(), signer, claims);
  }

  private static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet claims)
      throws JOSEException {
    SignedJWT token = new SignedJWT(header, claims);
    token.sign(signer);
    return "Bearer " + token.serialize();
  }

  private String ofForeignKey() throws JOSEException {
    RSAKey foreign = new RSAKeyGenerator(2048).keyID(KEY_ID).generate();
    return signed(JWSAlgorithm.RS256, KEY_ID, new RSASSASigner(foreign), claims().build());
  }

  private String withOwnKey() throws JOSEException {
    RSAKey foreign = new RSAKeyGenerator(2048).keyID("mine").generate();
    return signed(
        new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(foreign.toPublicJWK()).keyID("mine").build(),
        new RSASSASigner(foreign),
        claims().build());
  }

  private String altered() throws JOSEException {
    String[] parts = jwt(claims().build()).split("\\.", -1);
    String claims =
        new String(Base64.getUrlDecoder().decode(parts[1]), java.nio.charset.StandardCharsets.UTF_8)
            .replace("alice", "admin");
    return parts[0] + "." + base64(claims) + "." + parts[2];
  }

  private String unsigned() throws JOSEException {
    String whole = jwt(claims().build());
    return whole.substring(0, whole.lastIndexOf('.') + 1);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private void add(String name, String expected, Callable<@Nullable String> authorization) {
    attacks.add(
        new Attack(
            "credentials",
            name,
            expected,
            () -> {
              String header = authorization.call();
              return Calls.once(
                  target,
                  null,
                  calls ->
                      Calls.outcome(
                          calls.with(header),
                          EventStoreGrpc.getGetLatestVersionMethod(),
                          GetLatestVersionRequest.newBuilder()
                              .setNamespace("orders.eu")
                              .setActorId("order-1")
                              .build()));
            }));
  }
}
