package dev.aether.server.event;

import java.util.Optional;

/** The name of an actor: 1 to 256 bytes of UTF-8 without control characters. */
public record ActorId(String value) {
  /**
   * Creates an id from a valid name.
   *
   * @throws IllegalArgumentException if {@link #fault} rejects the name
   */
  public ActorId {
    fault(value)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("actor_id " + fault);
            });
  }

  /** Why a name is invalid, as text for an error message; empty if it is valid. */
  public static Optional<String> fault(String value) {
    return TextRule.required(Limits.ACTOR_ID_BYTES).fault(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
