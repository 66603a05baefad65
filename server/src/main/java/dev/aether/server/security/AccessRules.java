package dev.aether.server.security;

import dev.aether.server.event.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells who a caller is, and what the caller may do, by files that may change. Thread-safe. */
public final class AccessRules implements AutoCloseable {
  /** Longer tokens are refused before they are looked at. */
  private static final int MAX_TOKEN_LENGTH = 8 * 1024;

  private static final int MAX_TRUSTED = 10_000;

  /** The kind of a client's key plays no role in the verification. */
  private static final String ANY_KEY = "UNKNOWN";

  private final @Nullable WatchedFiles<Tokens> tokens;
  private final @Nullable IssuerKeys issuerKeys;
  private final @Nullable Authorities authorities;
  private final @Nullable Jwts jwts;

  /**
   * Client certificates that the present authorities were asked about, and until when their answer
   * holds. Replaced after them, so that a verification that began before cannot add to it.
   */
  private volatile Map<X509Certificate, Instant> trusted = new ConcurrentHashMap<>();

  private final WatchedFiles<Policy> policy;
  private final InstantSource clock;
  private final AtomicLong revision = new AtomicLong();

  private AccessRules(
      @Nullable WatchedFiles<Tokens> tokens,
      @Nullable IssuerKeys issuerKeys,
      @Nullable Authorities authorities,
      @Nullable Jwts jwts,
      WatchedFiles<Policy> policy,
      InstantSource clock) {
    this.tokens = tokens;
    this.issuerKeys = issuerKeys;
    this.authorities = authorities;
    this.jwts = jwts;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Reads the files of a configuration that authenticates.
   *
   * @throws SecurityFileException if one cannot be used
   */
  static AccessRules read(
      SecurityConfig config, @Nullable Authorities authorities, InstantSource clock) {
    Path policy =
        config
            .policy()
            .orElseThrow(() -> new SecurityFileException("authentication requires a policy"));
    IssuerKeys keys =
        config.jwt().map(jwt -> new IssuerKeys(jwt.keys(), IssuerKeys.FETCH_EVERY)).orElse(null);
    return new AccessRules(
        config
            .tokens()
            .map(
                file ->
                    new WatchedFiles<>(
                        "token file",
                        List.of(file),
                        () -> Tokens.parse(file.toString(), Files.readAllLines(file))))
            .orElse(null),
        keys,
        authorities,
        keys == null ? null : jwts(keys, config.jwt().orElseThrow(), clock),
        new WatchedFiles<>(
            "policy",
            List.of(policy),
            () -> Policy.parse(policy.toString(), Files.readAllLines(policy))),
        clock);
  }

  private static Jwts jwts(IssuerKeys keys, SecurityConfig.Jwt jwt, InstantSource clock) {
    return new Jwts(keys::present, jwt.issuer(), jwt.audience(), jwt.groupsClaim(), clock);
  }

  /** Reads changed files again. */
  void refresh() {
    boolean newTokens = tokens != null && tokens.refresh();
    boolean newAuthorities = authorities != null && authorities.refresh();
    if (newAuthorities) {
      trusted = new ConcurrentHashMap<>();
    }
    boolean newKeys = issuerKeys != null && issuerKeys.refresh();
    if (policy.refresh() | newTokens | newAuthorities | newKeys) {
      revision.incrementAndGet();
    }
  }

  /** Changes whenever the files do, and with them what a caller may do. */
  public long revision() {
    return revision.get();
  }

  /**
   * Tells who a caller is.
   *
   * @throws StoreException with the reason UNAUTHENTICATED if that is unknown
   */
  public Identity identify(Credentials credentials) {
    Optional<Identity> bearer = credentials.bearer().map(this::identify);
    List<String> names = new ArrayList<>(bearer.map(Identity::names).orElseGet(List::of));
    Optional<Instant> expires = bearer.flatMap(Identity::expires);
    if (!credentials.certificates().isEmpty()) {
      Instant end = verify(credentials.certificates());
      names.addAll(CertificateNames.of(credentials.certificates().get(0)));
      expires = Optional.of(expires.filter(end::isAfter).orElse(end));
    }
    if (names.isEmpty()) {
      throw StoreException.unauthenticated(
          "send a token (authorization: Bearer TOKEN) or use a client certificate");
    }
    return new Identity(names, expires);
  }

  /**
   * A connection may live longer than its certificate, than that of an intermediate authority, or
   * than the trust in its authority. Returns until when what it has presented is valid.
   */
  private Instant verify(List<X509Certificate> chain) {
    X509Certificate own = chain.get(0);
    Map<X509Certificate, Instant> known = trusted;
    Instant now = clock.instant();
    try {
      own.checkValidity(Date.from(now));
      if (authorities == null) {
        return firstEnd(chain, now);
      }
      Instant until = known.get(own);
      if (until == null || !now.isBefore(until)) {
        authorities.checkClientTrusted(chain.toArray(X509Certificate[]::new), ANY_KEY);
        until = firstEnd(chain, now);
        if (known.size() >= MAX_TRUSTED) {
          known.clear();
        }
        known.put(own, until);
      }
      return until;
    } catch (CertificateException e) {
      throw StoreException.unauthenticated(
          "the client certificate is not valid any more: " + e.getMessage());
    }
  }

  /**
   * When the first of these certificates expires. A root does not count, as in {@link Validity},
   * and neither does one that has expired: the verification did without it.
   */
  private static Instant firstEnd(List<X509Certificate> chain, Instant now) {
    return chain.stream()
        .filter(each -> !Validity.isRoot(each))
        .map(each -> each.getNotAfter().toInstant())
        .filter(now::isBefore)
        .min(Comparator.naturalOrder())
        .orElse(chain.get(0).getNotAfter().toInstant());
  }

  private Identity identify(String token) {
    if (token.length() > MAX_TOKEN_LENGTH) {
      throw StoreException.unauthenticated("the token is too long");
    }
    if (jwts != null && !token.startsWith(Tokens.PREFIX)) {
      return jwts.identify(token);
    }
    return Optional.ofNullable(tokens)
        .flatMap(known -> known.content().name(token))
        .map(name -> new Identity(List.of("token:" + name), Optional.empty()))
        .orElseThrow(() -> StoreException.unauthenticated("the token is unknown"));
  }

  /** Whether an identity's credentials are still valid by the clock. */
  public boolean isExpired(Identity identity) {
    return identity.expires().map(end -> !clock.instant().isBefore(end)).orElse(false);
  }

  /** Whether the identity has the right on all namespaces that the pattern matches. */
  public boolean allows(Identity identity, Right right, String pattern) {
    return policy.content().allows(identity, right, pattern);
  }

  /** Whether the identity has any right on the namespace, so that it may know of it. */
  public boolean shows(Identity identity, String namespace) {
    return policy.content().shows(identity, namespace);
  }

  @Override
  public void close() {
    if (issuerKeys != null) {
      issuerKeys.close();
    }
  }
}
