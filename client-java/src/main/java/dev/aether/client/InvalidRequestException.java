package dev.aether.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The request is at fault; nothing was stored. */
public final class InvalidRequestException extends AetherException {
  private final transient List<FieldViolation> violations;

  public InvalidRequestException(
      String message,
      Map<String, String> metadata,
      List<FieldViolation> violations,
      @Nullable Throwable cause) {
    super(Reason.INVALID_REQUEST, message, metadata, cause);
    this.violations = List.copyOf(violations);
  }

  /** The fields at fault, at most 10. */
  public List<FieldViolation> violations() {
    return violations;
  }

  /**
   * What is wrong with a field.
   *
   * @param field its path in the contract's names, such as {@code events[0].event_type}
   * @param description for people
   */
  public record FieldViolation(String field, String description) {}
}
