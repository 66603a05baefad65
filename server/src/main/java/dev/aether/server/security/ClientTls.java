package dev.aether.server.security;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** TLS for connections that this node makes to others. */
public final class ClientTls {
  private ClientTls() {}

  /**
   * Creates a context. Its files (PEM) are read again for each connection if they have changed.
   *
   * @param authorities verify the server; empty for those of the JDK
   * @param certificate the node's own, with its key; empty if it has none
   * @throws SecurityFileException if a file cannot be used
   */
  public static SSLContext context(
      Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          certificate
              .map(
                  file ->
                      new KeyManager[] {
                        new KeyFiles("client certificate for NATS", file, key.orElseThrow())
                      })
              .orElse(null),
          authorities
              .map(file -> new TrustManager[] {new Authorities("authorities of NATS", file)})
              .orElse(null),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new SecurityFileException("TLS cannot be used: " + e.getMessage(), e);
    }
  }
}
