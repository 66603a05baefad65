package dev.aether.server.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads PEM files. */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC");

  private Pem() {}

  /** The certificates of a file, in its order; at least one. */
  static X509Certificate[] certificates(Path file) throws IOException {
    try {
      X509Certificate[] found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
              .stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      if (found.length == 0) {
        throw new SecurityFileException(file + " contains no certificate in PEM format");
      }
      return found;
    } catch (CertificateException e) {
      throw new SecurityFileException(
          file + " contains no valid certificate: " + e.getMessage(), e);
    }
  }

  /** The private key of a file. Its content never reaches an error or a log. */
  static PrivateKey privateKey(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    Matcher key = KEY.matcher(text);
    if (!key.find()) {
      throw new SecurityFileException(
          file
              + (text.contains("PRIVATE KEY")
                  ? " has a private key that is encrypted or in an old format: convert it with"
                      + " \"openssl pkcs8 -topk8 -nocrypt\""
                  : " contains no private key in PEM format"));
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(key.group(1));
    } catch (IllegalArgumentException e) {
      throw new SecurityFileException(file + " contains a damaged private key");
    }
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      } catch (GeneralSecurityException e) {
        continue;
      }
    }
    throw new SecurityFileException(file + " contains a private key that is neither RSA nor EC");
  }
}
