package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** There is such a namespace already; it stays as it is. */
public final class NamespaceExistsException extends AetherException {
  private final String namespace;
  private final boolean maybeCreatedByThisCall;

  public NamespaceExistsException(
      String message,
      Map<String, String> metadata,
      String namespace,
      boolean maybeCreatedByThisCall,
      @Nullable Throwable cause) {
    super(Reason.NAMESPACE_EXISTS, message, metadata, cause);
    this.namespace = namespace;
    this.maybeCreatedByThisCall = maybeCreatedByThisCall;
  }

  /** Its name; empty if the server does not say. */
  public String namespace() {
    return namespace;
  }

  /**
   * Whether this very call may have made it: an attempt of it got no answer, and the next one found
   * the namespace there.
   */
  public boolean maybeCreatedByThisCall() {
    return maybeCreatedByThisCall;
  }
}
