package dev.aether.server.security;

import java.security.cert.X509Certificate;
import java.util.Optional;

/**
 * What a caller presents.
 *
 * @param bearer the token of the header {@code authorization: Bearer TOKEN}
 * @param certificate the client's certificate, which the handshake has verified
 */
public record Credentials(Optional<String> bearer, Optional<X509Certificate> certificate) {
  /** Without the token. */
  @Override
  public String toString() {
    return "Credentials";
  }
}
