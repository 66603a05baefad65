package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessRulesTest {
  /** A certificate that runs something when it is looked up for the given time. */
  private static final class Watched extends X509Certificate {
    private final X509Certificate same;
    private final Runnable hook;
    private final int hookAt;
    private int lookups;

    Watched(X509Certificate same, int hookAt, Runnable hook) {
      this.same = same;
      this.hookAt = hookAt;
      this.hook = hook;
    }

    @Override
    public int hashCode() {
      lookups++;
      if (lookups == hookAt) {
        hook.run();
      }
      return same.hashCode();
    }

    @Override
    public boolean equals(Object other) {
      return same.equals(other instanceof Watched watched ? watched.same : other);
    }

    @Override
    public void checkValidity()
        throws CertificateExpiredException, CertificateNotYetValidException {
      same.checkValidity();
    }

    @Override
    public void checkValidity(Date date)
        throws CertificateExpiredException, CertificateNotYetValidException {
      same.checkValidity(date);
    }

    @Override
    public int getVersion() {
      return same.getVersion();
    }

    @Override
    public BigInteger getSerialNumber() {
      return same.getSerialNumber();
    }

    @Override
    @SuppressWarnings("deprecation") // It is abstract.
    public Principal getIssuerDN() {
      return same.getIssuerDN();
    }

    @Override
    @SuppressWarnings("deprecation") // It is abstract.
    public Principal getSubjectDN() {
      return same.getSubjectDN();
    }

    @Override
    public Date getNotBefore() {
      return same.getNotBefore();
    }

    @Override
    public Date getNotAfter() {
      return same.getNotAfter();
    }

    @Override
    public byte[] getTBSCertificate() throws CertificateEncodingException {
      return same.getTBSCertificate();
    }

    @Override
    public byte[] getSignature() {
      return same.getSignature();
    }

    @Override
    public String getSigAlgName() {
      return same.getSigAlgName();
    }

    @Override
    public String getSigAlgOID() {
      return same.getSigAlgOID();
    }

    @Override
    public byte[] getSigAlgParams() {
      return same.getSigAlgParams();
    }

    @Override
    public boolean[] getIssuerUniqueID() {
      return same.getIssuerUniqueID();
    }

    @Override
    public boolean[] getSubjectUniqueID() {
      return same.getSubjectUniqueID();
    }

    @Override
    public boolean[] getKeyUsage() {
      return same.getKeyUsage();
    }

    @Override
    public int getBasicConstraints() {
      return same.getBasicConstraints();
    }

    @Override
    public byte[] getEncoded() throws CertificateEncodingException {
      return same.getEncoded();
    }

    @Override
    public void verify(PublicKey key)
        throws CertificateException,
            NoSuchAlgorithmException,
            InvalidKeyException,
            NoSuchProviderException,
            SignatureException {
      same.verify(key);
    }

    @Override
    public void verify(PublicKey key, String provider)
        throws CertificateException,
            NoSuchAlgorithmException,
            InvalidKeyException,
            NoSuchProviderException,
            SignatureException {
      same.verify(key, provider);
    }

    @Override
    public String toString() {
      return same.toString();
    }

    @Override
    public PublicKey getPublicKey() {
      return same.getPublicKey();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
      return same.hasUnsupportedCriticalExtension();
    }

    @Override
    public Set<String> getCriticalExtensionOIDs() {
      return same.getCriticalExtensionOIDs();
    }

    @Override
    public Set<String> getNonCriticalExtensionOIDs() {
      return same.getNonCriticalExtensionOIDs();
    }

    @Override
    public byte[] getExtensionValue(String oid) {
      return same.getExtensionValue(oid);
    }
  }

  private static void settle(Path file, int secondsAgo) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(secondsAgo)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCertificateIsNotTrustedAnyLongerIfItsAuthorityGoesWhileItIsVerified(@TempDir Path folder)
      throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    Path first = certificates.authority("first");
    Path second = certificates.authority("second");
    TestCertificates.Pair own = certificates.issue("first", "own", "own", "dns:own", 2);
    Path trusted = folder.resolve("trusted");
    Path policy = Files.writeString(folder.resolve("policy"), "cert:own > all\n");
    SecurityConfig config =
        new SecurityConfig(
            Optional.of(new SecurityConfig.Tls(own.certificate(), own.key(), Optional.of(trusted))),
            Optional.empty(),
            Optional.empty(),
            Optional.of(policy));
    X509Certificate issued = Pem.certificates(own.certificate())[0];

    Files.copy(first, trusted);
    settle(trusted, 60);
    Watched counted = new Watched(issued, 0, () -> {});
    rules(config, trusted).identify(new Credentials(Optional.empty(), List.of(counted)));

    AccessRules rules = rules(config, trusted);
    Watched last =
        new Watched(
            issued,
            counted.lookups,
            () -> {
              replace(trusted, second);
              rules.refresh();
            });
    Credentials credentials = new Credentials(Optional.empty(), List.of(last));
    // It was verified before the authority went.
    assertEquals(List.of("cert:own"), rules.identify(credentials).names());
    StoreException refused = assertThrows(StoreException.class, () -> rules.identify(credentials));
    assertEquals(Reason.UNAUTHENTICATED, refused.reason());
  }

  @Test
  void aCertificateIsNotTrustedAnyLongerThanItsIntermediateAuthority(@TempDir Path folder)
      throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    Path root = certificates.authority("root");
    certificates.intermediate("root", "between", Duration.ofSeconds(30));
    TestCertificates.Pair own = certificates.issue("between", "own", "own", "dns:own", 2);
    Path policy = Files.writeString(folder.resolve("policy"), "cert:own > all\n");
    SecurityConfig config =
        new SecurityConfig(
            Optional.of(new SecurityConfig.Tls(own.certificate(), own.key(), Optional.of(root))),
            Optional.empty(),
            Optional.empty(),
            Optional.of(policy));
    AccessRules rules = rules(config, root);
    List<X509Certificate> chain = List.of(Pem.certificates(own.certificate()));
    Credentials credentials = new Credentials(Optional.empty(), chain);

    Identity identity = rules.identify(credentials);
    assertEquals(Optional.of(chain.get(1).getNotAfter().toInstant()), identity.expires());
    Await.until(
        "the end of the intermediate authority",
        Duration.ofMinutes(1),
        () -> rules.isExpired(identity));
    Await.until(
        "the refusal of the certificate",
        Duration.ofSeconds(5),
        () -> isRefused(rules, credentials));
  }

  private static boolean isRefused(AccessRules rules, Credentials credentials) {
    try {
      var unused = rules.identify(credentials);
      return false;
    } catch (StoreException refused) {
      return refused.reason() == Reason.UNAUTHENTICATED;
    }
  }

  private static AccessRules rules(SecurityConfig config, Path trusted) {
    return AccessRules.read(
        config, new Authorities("client authorities", trusted), InstantSource.system());
  }

  private static void replace(Path file, Path by) {
    try {
      Files.copy(by, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    settle(file, 30);
  }
}
