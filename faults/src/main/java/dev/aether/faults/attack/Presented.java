package dev.aether.faults.attack;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Presents one certificate to every server, whatever authorities the server asks for. */
final class Presented extends X509ExtendedKeyManager {
  private static final String ALIAS = "presented";

  private final X509Certificate[] chain;
  private final PrivateKey key;

  private Presented(X509Certificate[] chain, PrivateKey key) {
    this.chain = chain;
    this.key = key;
  }

  static Presented read(Certificates.Pair pair) throws IOException, GeneralSecurityException {
    try (InputStream file = Files.newInputStream(pair.certificate())) {
      X509Certificate[] chain =
          CertificateFactory.getInstance("X.509").generateCertificates(file).stream()
              .map(X509Certificate.class::cast)
              .toArray(X509Certificate[]::new);
      String key = Files.readString(pair.key()).replaceAll("-----[^-]+-----|\\s", "");
      return new Presented(
          chain,
          KeyFactory.getInstance("EC")
              .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))));
    }
  }

  @Override
  public String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return ALIAS;
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return chain.clone();
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return key;
  }

  @Override
  public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {ALIAS};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
