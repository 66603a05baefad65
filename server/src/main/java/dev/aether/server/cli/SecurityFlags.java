package dev.aether.server.cli;

import dev.aether.server.security.SecurityConfig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** The options for a node's certificates, and for who may do what. */
final class SecurityFlags {
  private static final Logger LOG = LoggerFactory.getLogger(SecurityFlags.class);

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "Serve gRPC and HTTP over TLS 1.2 and 1.3 with this certificate, as PEM, followed by those"
              + " of its intermediate authorities. Files of certificates, tokens and the policy are"
              + " read again when they change.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of --tls-cert, as PEM (PKCS#8), not encrypted.")
  private @Nullable Path key;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description =
          "Accept client certificates that these certificate authorities (PEM) have issued. The"
              + " policy calls a client cert:NAME, by an alternative name of its certificate, or else the common name.")
  private @Nullable Path clientAuthorities;

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Accept the tokens of this file. \"aether token new NAME\" makes a token, which the policy"
              + " calls token:NAME.")
  private @Nullable Path tokens;

  @Option(
      names = "--jwt-keys",
      paramLabel = "FILE|URL",
      description =
          "Accept JSON Web Tokens that are signed with one of these keys (a JWK set). A URL is fetched"
              + " every minute. The policy calls a caller jwt:SUBJECT, and group:NAME by its groups.")
  private @Nullable String jwtKeys;

  @Option(
      names = "--jwt-issuer",
      paramLabel = "TEXT",
      description = "The issuer that JSON Web Tokens must have.")
  private @Nullable String jwtIssuer;

  @Option(
      names = "--jwt-audience",
      paramLabel = "TEXT",
      description = "The audience that JSON Web Tokens must have.")
  private @Nullable String jwtAudience;

  @Option(
      names = "--jwt-groups-claim",
      paramLabel = "NAME",
      defaultValue = "groups",
      description =
          "The claim of JSON Web Tokens with the groups of the subject. Default: ${DEFAULT-VALUE}")
  private String jwtGroupsClaim = "groups";

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Who may do what. One rule per line: a name, a pattern of namespaces, and rights (read, save,"
              + " subscribe, publish, admin, monitor or all). Required with --tokens, --jwt-keys or --tls-client-ca; then"
              + " everything that no rule allows is denied.")
  private @Nullable Path policy;

  @Option(
      names = "--insecure",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Allow --listen and --http on an address that other machines can reach although there is no"
              + " TLS or no authentication.")
  private boolean insecure;

  /**
   * Returns the configuration.
   *
   * @throws UsageException if options are missing that belong together
   */
  SecurityConfig config() {
    UsageException.requireBoth("--tls-cert", certificate, "--tls-key", key);
    if (clientAuthorities != null && certificate == null) {
      throw new UsageException("--tls-client-ca requires --tls-cert and --tls-key");
    }
    Optional<SecurityConfig.Tls> tls =
        certificate == null || key == null
            ? Optional.empty()
            : Optional.of(
                new SecurityConfig.Tls(certificate, key, Optional.ofNullable(clientAuthorities)));
    SecurityConfig config =
        new SecurityConfig(tls, Optional.ofNullable(tokens), jwt(), Optional.ofNullable(policy));
    if (config.authenticates() && policy == null) {
      throw new UsageException("--tokens, --jwt-keys and --tls-client-ca require --policy");
    }
    if (!config.authenticates() && policy != null) {
      throw new UsageException("--policy requires --tokens, --jwt-keys or --tls-client-ca");
    }
    return config;
  }

  private Optional<SecurityConfig.Jwt> jwt() {
    if (jwtKeys == null && jwtIssuer == null && jwtAudience == null) {
      return Optional.empty();
    }
    if (jwtKeys == null || jwtIssuer == null || jwtAudience == null) {
      throw new UsageException("--jwt-keys, --jwt-issuer and --jwt-audience require each other");
    }
    return Optional.of(new SecurityConfig.Jwt(jwtKeys, jwtIssuer, jwtAudience, jwtGroupsClaim));
  }

  /**
   * Checks that a node that other machines can reach is secured.
   *
   * @param option names the address in errors
   * @param danger what everybody can do there without authentication
   * @throws UsageException if it is not, and that is not accepted
   */
  void checkExposure(String option, InetSocketAddress listen, String danger) {
    SecurityConfig config = config();
    if (listen.getAddress().isLoopbackAddress()
        || (config.tls().isPresent() && config.authenticates())) {
      return;
    }
    String consequence =
        config.authenticates()
            ? "tokens and events are sent in plain text"
            : "anyone who can reach this port can " + danger;
    if (!insecure) {
      throw new UsageException(
          option
              + " "
              + Nodes.text(listen)
              + ": "
              + consequence
              + ". Secure the node with --tls-cert, --tls-key, --policy and one of --tokens, --jwt-keys"
              + " and --tls-client-ca (docs/security.md), or accept this with --insecure");
    }
    LOG.warn("--insecure: {} ({})", consequence, Nodes.text(listen));
  }
}
