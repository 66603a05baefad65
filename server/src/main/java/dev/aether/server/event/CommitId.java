package dev.aether.server.event;

import java.util.Optional;

/** The writer's name for a save: 1 to 64 of {@code [A-Za-z0-9_.:-]}. */
public record CommitId(String value) {
  /**
   * A commit id of valid characters.
   *
   * @throws IllegalArgumentException if {@link #fault} finds one
   */
  public CommitId {
    fault(value)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException("commit_id " + fault);
            });
  }

  /** What is wrong with an id, for people; empty if nothing is. */
  public static Optional<String> fault(String value) {
    if (value.isEmpty()) {
      return Optional.of("is empty");
    }
    if (value.length() > Limits.COMMIT_ID_BYTES) {
      return Optional.of("is longer than " + Limits.COMMIT_ID_BYTES + " bytes");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!Text.isNameCharacter(c) && c != '.' && c != ':') {
        return Optional.of("may only have A-Z a-z 0-9 _ . : -");
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
