package dev.aether.server.security;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

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
   * With less than this part of its lifetime left, a certificate should have been renewed: the
   * usual tools do that when a third is left, and then the new one must reach the node.
   */
  static final int PART = 4;

  private static final Duration IN_HOURS_BELOW = Duration.ofDays(2);
  private static final Duration IN_MINUTES_BELOW = Duration.ofHours(2);

  /**
   * Returns the validity of a certificate, or of one of its intermediate authorities if that
   * expires earlier. A root that is sent with them does not count, because nobody verifies what was
   * sent.
   *
   * @param chain at least one certificate, the node's own first
   */
  static Validity of(String name, X509Certificate[] chain) {
    X509Certificate first =
        IntStream.range(0, chain.length)
            .filter(index -> index == 0 || !isRoot(chain[index]))
            .mapToObj(index -> chain[index])
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
    } catch (IOException e) {
      throw new SecurityFileException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static boolean isRoot(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  /** Why others do not accept it, as text for people; empty if it has not expired. */
  public Optional<String> whyExpired(Instant now) {
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
