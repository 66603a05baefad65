package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class KeyFilesTest {
  private static String alias(KeyFiles keys) {
    return Objects.requireNonNull(keys.chooseServerAlias("EC", null, null));
  }

  @Test
  void aHandshakeKeepsTheKeyOfItsCertificateDuringARenewal(@TempDir Path folder) {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.authority("ca");
    TestCertificates.Pair own = certificates.issue("ca", "own", "node", "", 10);
    KeyFiles keys = new KeyFiles("certificate", "--tls-cert", own.certificate(), own.key());
    String alias = alias(keys);
    PrivateKey before = Objects.requireNonNull(keys.getPrivateKey(alias));

    certificates.issue("ca", "renewed", "node", "", 10).renew(own);
    Await.until("the renewal", Duration.ofSeconds(10), keys::refresh);

    assertEquals(before, keys.getPrivateKey(alias));
    String next = alias(keys);
    assertFalse(before.equals(keys.getPrivateKey(next)));
  }

  @Test
  void aCertificateWithoutItsKeyIsNotUsed(@TempDir Path folder) throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.authority("ca");
    TestCertificates.Pair own = certificates.issue("ca", "own", "node", "", 10);
    TestCertificates.Pair other = certificates.issue("ca", "other", "node", "", 10);
    SecurityFileException thrown =
        assertThrows(
            SecurityFileException.class,
            () -> new KeyFiles("certificate", "--tls-cert", own.certificate(), other.key()));
    assertTrue(
        String.valueOf(thrown.getMessage()).contains("does not belong to the certificate"),
        thrown::getMessage);

    KeyFiles keys = new KeyFiles("certificate", "--tls-cert", own.certificate(), own.key());
    String alias = alias(keys);
    var chain = keys.getCertificateChain(alias);
    Files.move(other.key(), own.key(), StandardCopyOption.ATOMIC_MOVE);
    // Written long enough ago to be looked at.
    Files.setLastModifiedTime(own.key(), FileTime.from(Instant.now().minusSeconds(60)));
    assertFalse(keys.refresh());
    assertArrayEquals(chain, keys.getCertificateChain(alias(keys)));
  }

  @Test
  void aCertificateThatHasExpiredIsReportedWhenItIsRead(@TempDir Path folder) {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.authority("ca");
    TestCertificates.Pair valid = certificates.issue("ca", "valid", "node", "", 10);
    TestCertificates.Pair expired = certificates.expired("ca", "expired", "node");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(KeyFiles.class);
    logger.addAppender(log);
    try {
      var unused = new KeyFiles("certificate", "--tls-cert", valid.certificate(), valid.key());
      assertEquals(0, log.list.size());

      var alsoUnused =
          new KeyFiles("certificate", "--tls-cert", expired.certificate(), expired.key());
      String line = log.list.get(0).getFormattedMessage();
      assertTrue(line.contains(expired.certificate() + " expired at "), line);
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void aKeyThatIsEncryptedIsToldHowToConvert(@TempDir Path folder) throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.authority("ca");
    TestCertificates.Pair own = certificates.issue("ca", "own", "node", "", 10);
    Files.writeString(
        own.key(), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    SecurityFileException thrown =
        assertThrows(
            SecurityFileException.class,
            () -> new KeyFiles("certificate", "--tls-cert", own.certificate(), own.key()));
    assertTrue(
        String.valueOf(thrown.getMessage()).contains("openssl pkcs8 -topk8 -nocrypt"),
        thrown::getMessage);
  }
}
