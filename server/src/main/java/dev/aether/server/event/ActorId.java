package dev.aether.server.event;

import java.util.Optional;

/** The name of an actor: 1 to 256 bytes of UTF-8 without control characters. */
public record ActorId(String value) {
  /**
   * Creates an id from a valid name.
   *
   * @throws IllegalArgumentException if {@link #violation} rejects the name
   */
  public ActorId {
    violation(value)
        .ifPresent(
            violation -> {
              throw new IllegalArgumentException("actor_id " + violation);
            });
  }

  /** Why a name is invalid, as text for an error message; empty if it is valid. */
  public static Optional<String> violation(String value) {
    return TextRule.required(Limits.ACTOR_ID_BYTES).violation(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
