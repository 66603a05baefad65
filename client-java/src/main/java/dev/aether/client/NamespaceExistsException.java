package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A namespace with this name already exists. It was not changed. */
public final class NamespaceExistsException extends AetherException {
  private final String namespace;
  private final boolean maybeCreatedByThisCall;

  /** Creates the exception; public only for tests of code that handles it. */
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

  /** The name of the namespace; empty if the server does not report it. */
  public String namespace() {
    return namespace;
  }

  /**
   * Returns true if this call may have created the namespace itself: one attempt was not answered,
   * and the next one found the namespace.
   */
  public boolean maybeCreatedByThisCall() {
    return maybeCreatedByThisCall;
  }
}
