package dev.aether.client;

import dev.aether.client.internal.validation.Validation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Settings that any call can override.
 *
 * @param namespace the namespace; null for the client's
 * @param deadline the time limit of the call including its repeats, above zero; null for the
 *     client's. A read of many events may take longer: for it, the deadline limits each wait for
 *     the server
 */
public record CallSettings(@Nullable String namespace, @Nullable Duration deadline) {
  private static final CallSettings DEFAULTS = new CallSettings(null, null);

  /**
   * Checks the namespace's name and the deadline.
   *
   * @throws IllegalArgumentException if one of them is not valid
   */
  public CallSettings {
    if (namespace != null) {
      String unused = Validation.namespace(namespace);
    }
    if (deadline != null && (deadline.isZero() || deadline.isNegative())) {
      throw new IllegalArgumentException("deadline " + deadline + " is not above zero");
    }
  }

  /** The client's namespace and deadline. */
  public static CallSettings defaults() {
    return DEFAULTS;
  }

  /** These settings in another namespace. */
  public CallSettings withNamespace(String namespace) {
    return new CallSettings(namespace, deadline);
  }

  /** These settings with another deadline. */
  public CallSettings withDeadline(Duration deadline) {
    return new CallSettings(namespace, deadline);
  }
}
