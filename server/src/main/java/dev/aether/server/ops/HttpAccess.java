package dev.aether.server.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.aether.server.event.StoreException;
import dev.aether.server.ops.Route.Need;
import dev.aether.server.security.AccessRules;
import dev.aether.server.security.Credentials;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Tells who makes an HTTP request, by the same tokens and certificates as in gRPC calls, and
 * whether the caller may see the page. Browsers and Prometheus can send a token as the password of
 * HTTP Basic. Thread-safe.
 */
final class HttpAccess {
  private static final String BEARER = "Bearer ";
  private static final String BASIC = "Basic ";
  private static final String ALL_NAMESPACES = ">";

  private final Optional<AccessRules> rules;
  private final boolean onLoopback;

  /**
   * @param rules who may do what; empty if everybody may do everything
   * @param listen the address of the endpoint
   */
  HttpAccess(Optional<AccessRules> rules, InetSocketAddress listen) {
    this.rules = rules;
    InetAddress address = listen.getAddress();
    onLoopback = address != null && address.isLoopbackAddress();
  }

  /**
   * Returns the caller of a page.
   *
   * @throws StoreException with the reason UNAUTHENTICATED if the page needs an identity and the
   *     caller has none
   */
  HttpCaller identify(HttpExchange exchange, Need need) {
    boolean anybody = need instanceof Need.NothingForProbes || need instanceof Need.Nothing;
    if (anybody || rules.isEmpty()) {
      return HttpCaller.ANYBODY;
    }
    AccessRules known = rules.get();
    return HttpCaller.known(
        known, known.identify(new Credentials(token(exchange), certificates(exchange))));
  }

  /**
   * Checks whether the caller may see a page.
   *
   * @throws StoreException with the reason PERMISSION_DENIED if not
   */
  static void check(HttpCaller caller, Need need) {
    if (need instanceof Need.RightOnAll on) {
      caller.require(on.right(), ALL_NAMESPACES);
    }
  }

  /**
   * Whether a request may have been made by the page of another site. Without authentication, only
   * programs of this machine reach a node on the loopback address. But a browser on this machine
   * shows pages of other sites, and such a site can let its own name point to 127.0.0.1 (DNS
   * rebinding). Its requests are for that name.
   */
  boolean isForAnotherSite(HttpExchange exchange) {
    if (!onLoopback || rules.isPresent()) {
      return false;
    }
    String host = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host")).orElse("");
    String name = host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT);
    boolean isAddress = name.startsWith("[") || name.matches("[0-9.]*");
    return !isAddress && !name.equals("localhost");
  }

  private static Optional<String> token(HttpExchange exchange) {
    String value = exchange.getRequestHeaders().getFirst("Authorization");
    if (value == null) {
      return Optional.empty();
    }
    if (startsWith(value, BEARER)) {
      return Optional.of(value.substring(BEARER.length()).strip());
    }
    if (startsWith(value, BASIC)) {
      return Optional.of(password(value.substring(BASIC.length()).strip()));
    }
    throw StoreException.unauthenticated(
        "the header Authorization must be: Bearer TOKEN, or Basic with the token as the password");
  }

  private static boolean startsWith(String value, String scheme) {
    return value.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  /** The name of the user, before the first colon, may be anything: the token has a name. */
  private static String password(String encoded) {
    try {
      String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      if (colon >= 0) {
        return pair.substring(colon + 1);
      }
    } catch (IllegalArgumentException e) {
      // Not Base64: the same answer.
    }
    throw StoreException.unauthenticated("the header Authorization is not valid HTTP Basic");
  }

  private static List<X509Certificate> certificates(HttpExchange exchange) {
    if (!(exchange instanceof HttpsExchange secure)) {
      return List.of();
    }
    try {
      return Stream.of(secure.getSSLSession().getPeerCertificates())
          .filter(X509Certificate.class::isInstance)
          .map(X509Certificate.class::cast)
          .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }
}
