package dev.aether.server.ops;

import dev.aether.server.event.StoreException;
import dev.aether.server.security.AccessRules;
import dev.aether.server.security.Identity;
import dev.aether.server.security.Right;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who asks for a page, and what the caller may see. Thread-safe. */
public final class HttpCaller {
  /** For a node without authentication, and for pages that need none. */
  static final HttpCaller ANYBODY = new HttpCaller(null, null);

  private final @Nullable AccessRules rules;
  private final @Nullable Identity identity;

  private HttpCaller(@Nullable AccessRules rules, @Nullable Identity identity) {
    this.rules = rules;
    this.identity = identity;
  }

  static HttpCaller known(AccessRules rules, Identity identity) {
    return new HttpCaller(rules, identity);
  }

  /** All names of the caller; empty without authentication. */
  public Optional<String> name() {
    return Optional.ofNullable(identity).map(Identity::toString);
  }

  /** Whether the caller has the right on all namespaces that the pattern matches. */
  public boolean allows(Right right, String pattern) {
    return rules == null || identity == null || rules.allows(identity, right, pattern);
  }

  /** Whether the caller may know of a namespace. */
  public boolean sees(String namespace) {
    return rules == null || identity == null || rules.shows(identity, namespace);
  }

  /**
   * Checks that the caller has the right on all namespaces that the pattern matches.
   *
   * @throws StoreException with the reason PERMISSION_DENIED, which the endpoint answers with 403
   *     and records
   */
  public void require(Right right, String pattern) {
    if (!allows(right, pattern)) {
      throw StoreException.permissionDenied(name().orElse(""), right.text(), pattern);
    }
  }
}
