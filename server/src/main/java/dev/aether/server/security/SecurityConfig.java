package dev.aether.server.security;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a node is secured. All files are read again when they change.
 *
 * @param tls the server's certificate; empty for plain text
 * @param tokens the file of {@link Tokens}; empty if there are none
 * @param jwt accepts JSON Web Tokens; empty if there are none
 * @param policy the file of the policy. Required with {@code tokens}, {@code jwt} or with
 *     authorities for client certificates; without these, everybody may do everything
 */
public record SecurityConfig(
    Optional<Tls> tls, Optional<Path> tokens, Optional<Jwt> jwt, Optional<Path> policy) {
  /** Plain text, and everybody may do everything. */
  public static final SecurityConfig NONE =
      new SecurityConfig(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * PEM files.
   *
   * @param certificate the certificate, followed by those of its intermediate authorities
   * @param key its private key: RSA or EC, as PKCS#8, not encrypted
   * @param clientAuthorities the authorities of client certificates; empty if clients have none
   */
  public record Tls(Path certificate, Path key, Optional<Path> clientAuthorities) {}

  /**
   * JSON Web Tokens.
   *
   * @param keys a file or URL with the issuer's keys (RFC 7517)
   * @param issuer the required {@code iss}
   * @param audience the required {@code aud}
   * @param groupsClaim the claim with the groups of the subject
   */
  public record Jwt(String keys, String issuer, String audience, String groupsClaim) {}

  /** Whether callers must say who they are. */
  public boolean authenticates() {
    return tokens.isPresent() || jwt.isPresent() || tls.flatMap(Tls::clientAuthorities).isPresent();
  }
}
