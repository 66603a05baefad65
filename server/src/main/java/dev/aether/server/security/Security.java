package dev.aether.server.security;

import dev.aether.server.concurrent.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** How a running node is secured. Looks every second whether its files have changed. */
public final class Security implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Ticker ticker = new Ticker("aether-security");
  private final @Nullable KeyFiles keys;
  private final @Nullable Authorities clients;
  private final @Nullable AccessRules rules;

  /**
   * @param clock tells whether credentials have expired
   * @throws SecurityFileException if a file cannot be used
   */
  public Security(SecurityConfig config, InstantSource clock) {
    keys =
        config
            .tls()
            .map(tls -> new KeyFiles("TLS certificate", "--tls-cert", tls.certificate(), tls.key()))
            .orElse(null);
    clients =
        config
            .tls()
            .flatMap(SecurityConfig.Tls::clientAuthorities)
            .map(file -> new Authorities("file of client certificate authorities", file))
            .orElse(null);
    rules = config.authenticates() ? AccessRules.read(config, clients, clock) : null;
    if (keys != null || rules != null) {
      ticker.every(EVERY, "read changed certificates, tokens and rules", this::refresh);
    }
  }

  private void refresh() {
    if (keys != null) {
      keys.refresh();
    }
    if (rules != null) {
      rules.refresh();
    }
  }

  /** The server's certificate; empty for plain text. */
  public Optional<X509ExtendedKeyManager> keys() {
    return Optional.ofNullable(keys);
  }

  /** The same certificate, to be watched; empty for plain text. */
  public Optional<OwnCertificate> certificate() {
    return Optional.ofNullable(keys);
  }

  /** Verifies the certificates of clients; empty if they are not asked for one. */
  public Optional<X509ExtendedTrustManager> clients() {
    return Optional.ofNullable(clients);
  }

  /** Who may do what; empty if everybody may do everything. */
  public Optional<AccessRules> rules() {
    return Optional.ofNullable(rules);
  }

  /** Runs a task every second, after the files were looked at. */
  public void afterRefresh(String what, Runnable task) {
    ticker.every(EVERY, what, task);
  }

  @Override
  public void close() {
    ticker.close();
    if (rules != null) {
      rules.close();
    }
  }
}
