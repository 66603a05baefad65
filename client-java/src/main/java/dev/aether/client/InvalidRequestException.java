package dev.aether.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request is not valid; nothing was stored. */
public final class InvalidRequestException extends AetherException {
  private final transient List<FieldViolation> violations;

  /** Creates the exception; public only for tests of code that handles it. */
  public InvalidRequestException(
      String message,
      Map<String, String> metadata,
      List<FieldViolation> violations,
      @Nullable Throwable cause) {
    super(Reason.INVALID_REQUEST, message, metadata, cause);
    this.violations = List.copyOf(violations);
  }

  /** The invalid fields, at most 10. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /**
   * An invalid field.
   *
   * @param field path of the field in the protocol's names, such as {@code events[0].event_type}
   * @param description what is wrong with it, for people
   */
  public record FieldViolation(String field, String description) {}
}
