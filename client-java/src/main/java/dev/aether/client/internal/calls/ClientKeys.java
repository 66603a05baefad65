package dev.aether.client.internal.calls;

import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's certificate and private key, read again for each handshake, so that renewed files are
 * used. If they cannot be read, or do not belong together because only one has been renewed yet,
 * those that were read before are used. Thread-safe.
 */
public final class ClientKeys extends X509ExtendedKeyManager {
  private static final Logger LOG = LoggerFactory.getLogger(ClientKeys.class);

  /** A client that starts while its files are renewed has no older ones. */
  private static final int FIRST_READS = 20;

  private static final Duration BETWEEN_READS = Duration.ofMillis(50);

  /** How to find out whether two keys belong together; others are not checked. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

  private final Path certificate;
  private final Path key;
  private volatile Pair pair;

  /** For a handshake that has begun with the pair before. */
  private volatile @Nullable Pair previous;

  private record Pair(String alias, X509Certificate[] chain, PrivateKey key) {}

  /**
   * Blocks for a second if the files do not belong together, since they may be about to be renewed.
   *
   * @throws IllegalArgumentException if a file cannot be used, or if they do not belong together
   */
  public ClientKeys(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    pair = readFirst();
  }

  private Pair readFirst() {
    for (int attempt = 1; ; attempt++) {
      try {
        return read();
      } catch (MismatchException e) {
        if (attempt == FIRST_READS || !pause()) {
          throw unusable(e);
        }
      } catch (IOException | GeneralSecurityException e) {
        throw unusable(e);
      }
    }
  }

  private IllegalArgumentException unusable(Exception e) {
    return new IllegalArgumentException(
        "the client certificate " + certificate + " cannot be used: " + reason(e), e);
  }

  /** Why a file cannot be used. The JDK's message is often just the file's name. */
  public static String reason(Exception e) {
    if (e instanceof NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    if (e instanceof AccessDeniedException denied) {
      return "no permission to read " + denied.getFile();
    }
    return String.valueOf(e.getMessage());
  }

  private static boolean pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_READS.toNanos());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Pair read() throws IOException, GeneralSecurityException {
    try (InputStream chain = Files.newInputStream(certificate);
        InputStream secret = Files.newInputStream(key)) {
      X509Certificate[] certificates = CertificateUtils.getX509Certificates(chain);
      if (certificates.length == 0) {
        throw new IOException("it contains no certificate in PEM format");
      }
      PrivateKey own = CertificateUtils.getPrivateKey(secret);
      if (!belongTogether(certificates[0].getPublicKey(), own)) {
        throw new MismatchException("the private key in " + key + " does not belong to it");
      }
      return new Pair(UUID.randomUUID().toString(), certificates, own);
    }
  }

  private static boolean belongTogether(PublicKey verifies, PrivateKey signs)
      throws GeneralSecurityException {
    String algorithm = SIGNATURES.get(signs.getAlgorithm());
    if (algorithm == null) {
      return true;
    }
    byte[] sample = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    try {
      signature.initSign(signs);
      signature.update(sample);
      byte[] signed = signature.sign();
      signature.initVerify(verifies);
      signature.update(sample);
      return signature.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false;
    }
  }

  private static final class MismatchException extends GeneralSecurityException {
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
      super(message);
    }
  }

  private String renewed() {
    try {
      Pair next = read();
      previous = pair;
      pair = next;
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      LOG.warn("the client certificate {} cannot be read again: {}", certificate, reason(e));
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
