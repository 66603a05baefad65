package dev.aether.server.security;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate and its private key, from files that may be renewed while this process runs.
 * Handshakes use what is in the files at that time; connections that exist go on. Thread-safe.
 */
final class KeyFiles extends X509ExtendedKeyManager implements OwnCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(KeyFiles.class);

  private final String option;
  private final WatchedFiles<Pair> files;

  /** For handshakes that began before the latest renewal. */
  private volatile @Nullable Pair previous;

  private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

  /**
   * @param what names it in the log
   * @param option the option that names the certificate
   * @throws SecurityFileException if a file cannot be used, or if the two do not belong together
   */
  KeyFiles(String what, String option, Path certificate, Path key) {
    this.option = option;
    files = new WatchedFiles<>(what, List.of(certificate, key), () -> read(certificate, key));
  }

  private static Pair read(Path certificate, Path key) throws IOException {
    Pair pair =
        new Pair(UUID.randomUUID().toString(), Pem.certificates(certificate), Pem.privateKey(key));
    if (!belongTogether(pair)) {
      throw new SecurityFileException(
          "the private key in " + key + " does not belong to the certificate in " + certificate);
    }
    Instant end = pair.chain()[0].getNotAfter().toInstant();
    if (end.isBefore(Instant.now())) {
      LOG.warn(
          "the certificate in {} expired at {}: others will not accept it; renew the file",
          certificate,
          end);
    }
    return pair;
  }

  /** Also false between the writing of the two files: then the old ones stay. */
  private static boolean belongTogether(Pair pair) {
    try {
      String algorithm =
          Optional.ofNullable(
                  Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA")
                      .get(pair.key().getAlgorithm()))
              .orElseThrow();
      byte[] sample = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(pair.key());
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(pair.chain()[0].getPublicKey());
      signature.update(sample);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  @Override
  public Validity validity() {
    return Validity.of(option, files.content().chain());
  }

  @Override
  public boolean refresh() {
    // First, since a handshake may be between its two questions.
    previous = files.content();
    return files.refresh();
  }

  /** A handshake asks for the two parts one after another. */
  private Optional<Pair> pair(String alias) {
    return Stream.of(Optional.of(files.content()), Optional.ofNullable(previous))
        .flatMap(Optional::stream)
        .filter(pair -> pair.alias().equals(alias))
        .findFirst();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return pair(alias).map(pair -> pair.chain().clone()).orElse(null);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return pair(alias).map(Pair::key).orElse(null);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  private @Nullable String alias(String keyType) {
    // TLS 1.2 asks for each type that the client can verify, such as EC_EC or RSA.
    Pair pair = files.content();
    String own = pair.key().getAlgorithm();
    return keyType.equals(own) || keyType.startsWith(own + "_") ? pair.alias() : null;
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {files.content().alias()};
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    // Clients make a connection now and then, so nobody looks regularly whether a file has changed.
    refresh();
    for (String type : keyType) {
      String alias = alias(type);
      if (alias != null) {
        return alias;
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return chooseClientAlias(keyType, issuers, null);
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return getServerAliases(keyType, issuers);
  }
}
