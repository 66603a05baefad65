package dev.aether.server.security;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long a file of certificates can be used: until the first of them expires.
 *
 * @param name names the file: the option that does so, such as {@code --tls-cert}, or its path
 * @param from when that certificate became valid
 * @param until when it expires
 */
public record Validity(String name, Instant from, Instant until) {
  /** Enough for somebody to renew a certificate by hand. */
  static final Duration SOON = Duration.ofDays(14);

  /**
   * With less than this part of its lifetime left, a certificate should have been renewed:
   * cert-manager and ACME clients do that when a third is left, Vault's agent when a tenth is.
   */
  static final int PART = 12;

  private static final Duration IN_HOURS_BELOW = Duration.ofDays(2);
  private static final Duration IN_MINUTES_BELOW = Duration.ofHours(2);

  /**
   * Returns the validity of a certificate, or of one of its intermediate authorities if that
   * expires earlier. A root that is sent with them does not count, because nobody verifies what was
   * sent. In a file that begins with a root, which is a file of authorities, each counts.
   *
   * @param chain at least one certificate, the node's own first
   */
  static Validity of(String name, X509Certificate[] chain) {
    X509Certificate first =
        Stream.of(chain)
            .filter(each -> isRoot(chain[0]) || !isRoot(each))
            .min(Comparator.comparing(X509Certificate::getNotAfter))
            .orElseThrow();
    return new Validity(name, first.getNotBefore().toInstant(), first.getNotAfter().toInstant());
  }

  /**
   * Reads a file of certificates (PEM).
   *
   * @throws SecurityFileException if it cannot be read or has no certificate
   */
  public static Validity of(Path file) {
    try {
      return of(file.toString(), Pem.certificates(file));
    } catch (NoSuchFileException e) {
      throw new SecurityFileException("there is no file " + file, e);
    } catch (IOException e) {
      throw new SecurityFileException("cannot read it: " + e, e);
    }
  }

  static boolean isRoot(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  /**
   * Why others do not accept it at this time, as text for people; empty if they do. A certificate
   * of tomorrow is useless as well.
   */
  public Optional<String> whyInvalid(Instant now) {
    if (now.isBefore(from)) {
      return Optional.of("the certificate of " + name + " is not valid before " + from);
    }
    return now.isBefore(until)
        ? Optional.empty()
        : Optional.of("the certificate of " + name + " expired at " + until);
  }

  /** Why it should be renewed, as text for people; empty if there is time, or if it has expired. */
  public Optional<String> whySoon(Instant now) {
    Duration left = Duration.between(now, until);
    Duration part = Duration.between(from, until).dividedBy(PART);
    boolean isSoon = left.compareTo(part.compareTo(SOON) < 0 ? part : SOON) < 0;
    return isSoon && now.isBefore(until)
        ? Optional.of("the certificate of " + name + " expires in " + text(left) + ", at " + until)
        : Optional.empty();
  }

  private static String text(Duration left) {
    if (left.compareTo(IN_MINUTES_BELOW) < 0) {
      return left.toMinutes() + " min";
    }
    return left.compareTo(IN_HOURS_BELOW) < 0 ? left.toHours() + " h" : left.toDays() + " days";
  }
}
