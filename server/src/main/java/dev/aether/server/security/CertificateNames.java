package dev.aether.server.security;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** What policies may call the owner of a certificate that was verified. */
final class CertificateNames {
  private static final String KIND = "cert:";

  /** RFC 5280's numbers of the alternative names that are text: e-mail, DNS, URI, IP address. */
  private static final Set<Integer> TEXTS = Set.of(1, 2, 6, 7);

  private CertificateNames() {}

  /**
   * Its alternative names, or the common name of its subject if there are none. Empty if it has
   * neither.
   */
  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    for (List<?> name : alternatives(certificate)) {
      if (TEXTS.contains(name.get(0)) && name.get(1) instanceof String text) {
        names.add(KIND + text);
      }
    }
    if (names.isEmpty()) {
      commonName(certificate).ifPresent(name -> names.add(KIND + name));
    }
    return names;
  }

  private static Collection<List<?>> alternatives(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .map(Rdn::getValue)
              .filter(String.class::isInstance)
              .map(String.class::cast)
              .findFirst();
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }
}
