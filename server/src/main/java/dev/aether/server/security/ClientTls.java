package dev.aether.server.security;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS for connections that this node makes to others. Its files (PEM) are read again for each
 * connection if they have changed. Thread-safe.
 */
public final class ClientTls {
  private final SSLContext context;
  private final @Nullable KeyFiles keys;
  private final @Nullable Authorities verifier;

  /**
   * The files of a certificate that the node presents.
   *
   * @param option the option that names the certificate
   */
  public record Own(String option, Path certificate, Path key) {}

  /**
   * Reads the files.
   *
   * @param peer who is connected to, for the log
   * @param authorities verify the peer; empty for those of the JDK
   * @param own what the node presents; empty if it has no certificate for the peer
   * @throws SecurityFileException if a file cannot be used
   */
  public ClientTls(String peer, Optional<Path> authorities, Optional<Own> own) {
    keys =
        own.map(
                files ->
                    new KeyFiles(
                        "client certificate for " + peer,
                        files.option(),
                        files.certificate(),
                        files.key()))
            .orElse(null);
    verifier =
        authorities.map(file -> new Authorities("authorities of " + peer, file)).orElse(null);
    try {
      context = SSLContext.getInstance("TLS");
      context.init(
          keys == null ? null : new KeyManager[] {keys},
          verifier == null ? null : new TrustManager[] {verifier},
          null);
    } catch (GeneralSecurityException e) {
      throw new SecurityFileException("TLS cannot be used: " + e.getMessage(), e);
    }
  }

  /** Verifies the peer, and presents the node's certificate if there is one. */
  public SSLContext context() {
    return context;
  }

  /** Verifies the peer; empty if the authorities of the JDK do. */
  public Optional<X509ExtendedTrustManager> verifier() {
    return Optional.ofNullable(verifier);
  }

  /** Returns the certificate that the node presents to the peer; empty if it has none. */
  public Optional<OwnCertificate> certificate() {
    return Optional.ofNullable(keys);
  }
}
