package dev.aether.client;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a client connects with TLS. The files are in PEM format. The client's own certificate is read
 * again for each new connection, so a renewed one is used without a restart; the authorities are
 * read once. Immutable.
 *
 * @param authorities the authorities that servers are verified by; empty for those of the JDK
 * @param identity the client's own certificate, for servers that ask for one
 */
public record TlsOptions(Optional<Path> authorities, Optional<Identity> identity) {
  /**
   * A client's certificate.
   *
   * @param certificate followed by those of its intermediate authorities
   * @param key its private key as PKCS#8, not encrypted
   */
  public record Identity(Path certificate, Path key) {}

  /** Verifies servers by the authorities that the JDK trusts. */
  public static TlsOptions defaults() {
    return new TlsOptions(Optional.empty(), Optional.empty());
  }

  /** Verifies servers by the authorities of a file. */
  public static TlsOptions trusting(Path authorities) {
    return new TlsOptions(Optional.of(authorities), Optional.empty());
  }

  /** These options with a client certificate. */
  public TlsOptions withIdentity(Path certificate, Path key) {
    return new TlsOptions(authorities, Optional.of(new Identity(certificate, key)));
  }
}
