package dev.aether.server.security;

import dev.aether.server.event.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Tells who a caller is, and what the caller may do, by files that may change. Thread-safe. */
public final class AccessRules {
  private final @Nullable WatchedFiles<Tokens> tokens;
  private final WatchedFiles<Policy> policy;
  private final InstantSource clock;
  private final AtomicLong revision = new AtomicLong();

  private AccessRules(
      @Nullable WatchedFiles<Tokens> tokens, WatchedFiles<Policy> policy, InstantSource clock) {
    this.tokens = tokens;
    this.policy = policy;
    this.clock = clock;
  }

  /**
   * Reads the files of a configuration that authenticates.
   *
   * @throws SecurityFileException if one cannot be used
   */
  static AccessRules read(SecurityConfig config, InstantSource clock) {
    Path policy =
        config
            .policy()
            .orElseThrow(() -> new SecurityFileException("authentication requires a policy"));
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
        new WatchedFiles<>(
            "policy",
            List.of(policy),
            () -> Policy.parse(policy.toString(), Files.readAllLines(policy))),
        clock);
  }

  /** Reads changed files again. */
  void refresh() {
    boolean newTokens = tokens != null && tokens.refresh();
    if (policy.refresh() | newTokens) {
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
    List<String> names = new ArrayList<>();
    credentials.bearer().ifPresent(token -> names.add(name(token)));
    credentials.certificate().ifPresent(given -> names.addAll(CertificateNames.of(given)));
    if (names.isEmpty()) {
      throw StoreException.unauthenticated(
          "send a token (authorization: Bearer TOKEN) or use a client certificate");
    }
    return new Identity(names, Optional.empty());
  }

  private String name(String token) {
    return Optional.ofNullable(tokens)
        .flatMap(known -> known.content().name(token))
        .map(name -> "token:" + name)
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
}
