package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The namespace does not exist. */
public final class NamespaceNotFoundException extends AetherException {
  private final String namespace;

  /** Creates the exception; public only for tests of code that handles it. */
  public NamespaceNotFoundException(
      String message, Map<String, String> metadata, String namespace, @Nullable Throwable cause) {
    super(Reason.NAMESPACE_NOT_FOUND, message, metadata, cause);
    this.namespace = namespace;
  }

  /** The name of the namespace; empty if the server does not report it. */
  public String namespace() {
    return namespace;
  }
}
