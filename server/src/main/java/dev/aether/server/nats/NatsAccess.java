package dev.aether.server.nats;

import dev.aether.server.security.OwnCertificate;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * How a node identifies itself to NATS, beyond what the URLs say. It contains no secret itself.
 *
 * @param login empty for what the URLs say
 * @param tls verifies the servers, and may have a client certificate; empty for what the URLs say
 * @param tlsFirst whether TLS begins before the server says anything ({@code handshake_first})
 * @param certificate what {@code tls} presents to the servers; empty if it presents nothing
 */
public record NatsAccess(
    Optional<Login> login,
    Optional<SSLContext> tls,
    boolean tlsFirst,
    Optional<OwnCertificate> certificate) {
  /** What the URLs say. */
  public static final NatsAccess BY_URL =
      new NatsAccess(Optional.empty(), Optional.empty(), false, Optional.empty());

  /** A way to log in. */
  public sealed interface Login {
    /** A file with a user's JWT and its seed, as {@code nsc} makes it; read for each connection. */
    record Credentials(Path file) implements Login {}

    /** A file with the seed of an nkey; read for each connection. */
    record Nkey(Path file) implements Login {}

    /** A user with a password, which is asked for once. */
    record Password(String user, Supplier<String> password) implements Login {}
  }
}
