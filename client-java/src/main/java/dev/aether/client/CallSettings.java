package dev.aether.client;

import dev.aether.client.internal.validation.Validation;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What every call may have of its own.
 *
 * @param namespace the namespace; null: the client's
 * @param deadline the time for the call with all its repeats, above zero; null: the client's. A
 *     read of many events may take longer: there it bounds each wait for the server
 */
public record CallSettings(@Nullable String namespace, @Nullable Duration deadline) {
  private static final CallSettings DEFAULTS = new CallSettings(null, null);

  /**
   * Checks the namespace's name and the deadline.
   *
   * @throws IllegalArgumentException if one of them can't be
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
