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
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.aether.server.event.StoreException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens: signed by a key of the issuer, for this audience, and not expired.
 * Thread-safe.
 */
final class Jwts {
  /** How far the clocks of issuers may be off. */
  static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

  /**
   * Verified tokens are remembered, since a signature takes a hundred times as long as a lookup,
   * until they and their names have this many characters. Their callers choose how long they are.
   */
  static final int MAX_REMEMBERED = 16 * 1024 * 1024;

  /** What a name takes in addition to its characters. */
  private static final int NAME_OVERHEAD = 64;

  /** The library ignores other characters, so one token would have any number of spellings. */
  private static final Pattern SPELLING = Pattern.compile("[A-Za-z0-9_.-]*");

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
          JWSAlgorithm.ES512);

  /** RFC 9068. */
  private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");

  private final String groupsClaim;
  private final InstantSource clock;
  private final int maxRemembered;
  private final Supplier<JWKSet> keys;
  private final DefaultJWTProcessor<Verified> processor =
      new DefaultJWTProcessor<>() {
        /** The library's own message is for whoever would like to accept such tokens. */
        @Override
        public JWTClaimsSet process(PlainJWT token, Verified context) throws BadJOSEException {
          throw new BadJOSEException("it is not signed (alg: none)");
        }
      };

  private volatile Verified verified;

  /**
   * A set of keys, and what was verified with it by token, so that a token is not remembered longer
   * than its key. Thread-safe.
   */
  private static final class Verified implements SecurityContext {
    private final JWKSet keys;
    private final int max;

    /** In the order in which they were last used. Guarded by this, like the next field. */
    private final Map<String, Identity> identities = new LinkedHashMap<>(16, 0.75f, true);

    private long characters;

    Verified(JWKSet keys, int max) {
      this.keys = keys;
      this.max = max;
    }

    synchronized @Nullable Identity get(String token) {
      return identities.get(token);
    }

    synchronized void put(String token, Identity identity) {
      characters += characters(token, identity);
      Identity before = identities.put(token, identity);
      if (before != null) {
        characters -= characters(token, before);
      }
      Iterator<Map.Entry<String, Identity>> oldest = identities.entrySet().iterator();
      while (characters > max && oldest.hasNext()) {
        Map.Entry<String, Identity> forgotten = oldest.next();
        characters -= characters(forgotten.getKey(), forgotten.getValue());
        oldest.remove();
      }
    }

    private static long characters(String token, Identity identity) {
      return token.length()
          + identity.names().stream().mapToLong(name -> name.length() + NAME_OVERHEAD).sum();
    }

    synchronized int size() {
      return identities.size();
    }
  }

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
    this(keys, issuer, audience, groupsClaim, clock, MAX_REMEMBERED);
  }

  Jwts(
      Supplier<JWKSet> keys,
      String issuer,
      String audience,
      String groupsClaim,
      InstantSource clock,
      int maxRemembered) {
    this.keys = keys;
    this.maxRemembered = maxRemembered;
    this.groupsClaim = groupsClaim;
    this.clock = clock;
    verified = new Verified(keys.get(), maxRemembered);
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            ALGORITHMS, (selector, context) -> selector.select(context.keys)));
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, ACCESS_TOKEN, null));
    DefaultJWTClaimsVerifier<Verified> claims =
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
    Verified before = verified;
    if (before.keys != present) {
      before = new Verified(present, maxRemembered);
      verified = before;
    }
    Identity known = before.get(token);
    if (known != null && clock.instant().isBefore(known.expires().orElseThrow())) {
      return known;
    }
    Identity identity = verify(token, before);
    before.put(token, identity);
    return identity;
  }

  /** How many tokens are remembered. */
  int remembered() {
    return verified.size();
  }

  private Identity verify(String token, Verified with) {
    if (!SPELLING.matcher(token).matches()) {
      throw StoreException.unauthenticated(
          "the JWT is not valid: it consists of letters, digits, -, _ and dots");
    }
    try {
      JWTClaimsSet claims = processor.process(token, with);
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
