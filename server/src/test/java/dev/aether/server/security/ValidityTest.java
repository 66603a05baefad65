package dev.aether.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidityTest {
  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");

  private static Validity lasting(Duration lifetime) {
    return new Validity("--tls-cert", FROM, FROM.plus(lifetime));
  }

  private static Optional<String> whySoon(Duration lifetime, Duration left) {
    return lasting(lifetime).whySoon(FROM.plus(lifetime).minus(left));
  }

  @Test
  void aCertificateOfAYearExpiresSoonInItsLast14Days() {
    Duration year = Duration.ofDays(365);
    assertEquals(Optional.empty(), whySoon(year, Duration.ofDays(14)));
    assertEquals(
        Optional.of("the certificate of --tls-cert expires in 13 days, at 2027-01-01T00:00:00Z"),
        whySoon(year, Duration.ofDays(14).minusSeconds(1)));
    assertEquals(
        Optional.of("the certificate of --tls-cert expires in 47 h, at 2027-01-01T00:00:00Z"),
        whySoon(year, Duration.ofDays(2).minusSeconds(1)));
  }

  /** Its renewal begins when a third of it is left, or a tenth. */
  @Test
  void aCertificateOfADayExpiresSoonInItsLastTwoHours() {
    Duration day = Duration.ofDays(1);
    assertEquals(Optional.empty(), whySoon(day, Duration.ofHours(8)));
    assertEquals(Optional.empty(), whySoon(day, Duration.ofHours(2)));
    assertEquals(
        Optional.of("the certificate of --tls-cert expires in 119 min, at 2026-01-02T00:00:00Z"),
        whySoon(day, Duration.ofHours(2).minusSeconds(1)));
    assertEquals(
        Optional.of("the certificate of --tls-cert expires in 0 min, at 2026-01-02T00:00:00Z"),
        whySoon(day, Duration.ofSeconds(1)));
  }

  @Test
  void oneThatHasExpiredDoesNotExpireSoon() {
    Validity validity = lasting(Duration.ofDays(1));
    assertEquals(Optional.empty(), validity.whyInvalid(validity.until().minusMillis(1)));
    assertEquals(
        Optional.of("the certificate of --tls-cert expired at 2026-01-02T00:00:00Z"),
        validity.whyInvalid(validity.until()));
    assertEquals(Optional.empty(), validity.whySoon(validity.until()));
  }

  @Test
  void oneThatIsNotValidYetIsInvalid() {
    Validity validity = lasting(Duration.ofDays(1));
    assertEquals(
        Optional.of("the certificate of --tls-cert is not valid before 2026-01-01T00:00:00Z"),
        validity.whyInvalid(FROM.minusMillis(1)));
    assertEquals(Optional.empty(), validity.whyInvalid(FROM));
  }

  @Test
  void inAFileOfAuthoritiesEachRootCounts(@TempDir Path folder) throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    Path one = certificates.authority("one");
    Path other = certificates.authority("other");
    Instant first = Validity.of(one).until();
    Path both = folder.resolve("both");
    Files.writeString(both, Files.readString(other) + Files.readString(one));
    assertEquals(first, Validity.of(both).until());
  }

  @Test
  void theFirstOfAFileToExpireCountsExceptForARoot(@TempDir Path folder) throws IOException {
    TestCertificates certificates = new TestCertificates(folder);
    Path root = certificates.authority("root");
    TestCertificates.Pair lasting = certificates.issue("root", "lasting", "lasting", "", 1000);
    TestCertificates.Pair earlier = certificates.issue("root", "earlier", "earlier", "", 100);
    Instant end = Validity.of(lasting.certificate()).until();
    assertEquals(
        true, Validity.of(root).until().isBefore(end), "the root, which is in the file, does not");
    Path chain = folder.resolve("chain");
    Files.writeString(
        chain, Files.readString(lasting.certificate()) + Files.readString(earlier.certificate()));
    assertEquals(Validity.of(earlier.certificate()).until(), Validity.of(chain).until());
  }
}
