package dev.aether.server.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.aether.server.event.StoreException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Verifies JSON Web Tokens: signed by a key of the issuer, for this audience, and not expired.
 * Thread-safe.
 */
final class Jwts {
  /** How far the clocks of issuers may be off. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  /** Verified tokens that are remembered. A signature takes a hundred times as long as a lookup. */
  static final int MAX_REMEMBERED = 10_000;

  /** Public keys only: with HMAC, whoever verifies could also sign, and "none" proves nothing. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.EdDSA);

  /** RFC 9068. */
  private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");

  private final String groupsClaim;
  private final InstantSource clock;
  private final Supplier<JWKSet> keys;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /** By token, for one set of keys. Guarded by itself. */
  private final Map<String, Identity> remembered =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Identity> eldest) {
              return size() > MAX_REMEMBERED;
            }
          });

  private volatile JWKSet rememberedFor;

  /**
   * @param keys gives the issuer's present keys; cheap
   * @param groupsClaim the claim with the groups of the subject
   */
  Jwts(
      Supplier<JWKSet> keys,
      String issuer,
      String audience,
      String groupsClaim,
      InstantSource clock) {
    this.keys = keys;
    this.groupsClaim = groupsClaim;
    this.clock = clock;
    rememberedFor = keys.get();
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            ALGORITHMS, (selector, context) -> selector.select(keys.get())));
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, ACCESS_TOKEN, null));
    DefaultJWTClaimsVerifier<SecurityContext> claims =
        new DefaultJWTClaimsVerifier<>(
            audience, new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("sub", "exp")) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        };
    claims.setMaxClockSkew((int) CLOCK_SKEW.toSeconds());
    processor.setJWTClaimsSetVerifier(claims);
  }

  /**
   * Tells who a token was issued to: {@code jwt:SUBJECT}, and {@code group:NAME} for each group.
   *
   * @throws StoreException with the reason UNAUTHENTICATED if the token is not valid
   */
  Identity identify(String token) {
    JWKSet present = keys.get();
    if (present != rememberedFor) {
      remembered.clear();
      rememberedFor = present;
    }
    Identity known = remembered.get(token);
    if (known != null && clock.instant().isBefore(known.expires().orElseThrow())) {
      return known;
    }
    Identity verified = verify(token);
    remembered.put(token, verified);
    return verified;
  }

  private Identity verify(String token) {
    try {
      JWTClaimsSet claims = processor.process(token, null);
      List<String> names = new ArrayList<>();
      names.add("jwt:" + claims.getSubject());
      groups(claims).forEach(group -> names.add("group:" + group));
      Instant expires = claims.getExpirationTime().toInstant().plus(CLOCK_SKEW);
      return new Identity(names, Optional.of(expires));
    } catch (ParseException | BadJOSEException | JOSEException | RuntimeException e) {
      throw StoreException.unauthenticated("the JWT is not valid: " + e.getMessage());
    }
  }

  private List<String> groups(JWTClaimsSet claims) throws ParseException {
    List<String> groups = claims.getStringListClaim(groupsClaim);
    return groups == null ? List.of() : groups;
  }
}
