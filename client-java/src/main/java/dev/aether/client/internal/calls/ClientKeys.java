package dev.aether.client.internal.calls;

import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.UUID;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's certificate and private key, read again for each handshake, so that renewed files are
 * used. If they cannot be read, those that were read before are used. Thread-safe.
 */
public final class ClientKeys extends X509ExtendedKeyManager {
  private static final Logger LOG = LoggerFactory.getLogger(ClientKeys.class);
  private final Path certificate;
  private final Path key;
  private volatile Pair pair;

  /** For a handshake that has begun with the pair before. */
  private volatile @Nullable Pair previous;

  private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

  /**
   * @throws IllegalArgumentException if a file cannot be used
   */
  public ClientKeys(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    try {
      pair = read();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the client certificate " + certificate + " cannot be used: " + e.getMessage(), e);
    }
  }

  private Pair read() throws IOException, GeneralSecurityException {
    try (InputStream chain = Files.newInputStream(certificate);
        InputStream secret = Files.newInputStream(key)) {
      X509Certificate[] certificates = CertificateUtils.getX509Certificates(chain);
      if (certificates.length == 0) {
        throw new IOException("it contains no certificate in PEM format");
      }
      return new Pair(
          UUID.randomUUID().toString(), certificates, CertificateUtils.getPrivateKey(secret));
    }
  }

  private String renewed() {
    try {
      Pair next = read();
      previous = pair;
      pair = next;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.warn("the client certificate {} cannot be read again: {}", certificate, e.getMessage());
    }
    return pair.alias();
  }

  private Pair pair(String alias) {
    Pair before = previous;
    return before != null && before.alias().equals(alias) ? before : pair;
  }

  @Override
  public String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return renewed();
  }

  @Override
  public String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return renewed();
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return pair(alias).chain().clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return pair(alias).key();
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {pair.alias()};
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }
}
