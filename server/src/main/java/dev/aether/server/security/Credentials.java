package dev.aether.server.security;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * What a caller presents.
 *
 * @param bearer the token of the header {@code authorization: Bearer TOKEN}
 * @param certificates the client's certificate, which the handshake has verified, followed by those
 *     of its authorities; empty if it has none
 */
public record Credentials(Optional<String> bearer, List<X509Certificate> certificates) {
  /** Without the token. */
  @Override
  public String toString() {
    return "Credentials";
  }
}
