package dev.aether.server.event;

import java.util.Optional;

/** The name of an actor: 1 to 256 bytes of UTF-8 without control characters. */
public record ActorId(String value) {
  /**
   * An actor of a valid name.
   *
   * @throws IllegalArgumentException if {@link #fault} finds one
   */
  public ActorId {
    fault(value)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("actor_id " + fault);
            });
  }

  /** What is wrong with a name, for people; empty if nothing is. */
  public static Optional<String> fault(String value) {
    return TextRule.required(Limits.ACTOR_ID_BYTES).fault(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
