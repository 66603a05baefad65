package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** There is no such namespace. */
public final class NamespaceNotFoundException extends AetherException {
  private final String namespace;

  public NamespaceNotFoundException(
      String message, Map<String, String> metadata, String namespace, @Nullable Throwable cause) {
    super(Reason.NAMESPACE_NOT_FOUND, message, metadata, cause);
    this.namespace = namespace;
  }

  /** Its name; empty if the server does not say. */
  public String namespace() {
    return namespace;
  }
}
