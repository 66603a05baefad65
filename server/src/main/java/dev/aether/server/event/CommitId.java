package dev.aether.server.event;

import java.util.Optional;

/** The id that a writer gives to a save: 1 to 64 characters of {@code [A-Za-z0-9_.:-]}. */
public record CommitId(String value) {
  /**
   * Creates a commit id from valid text.
   *
   * @throws IllegalArgumentException if {@link #violation} rejects the text
   */
  public CommitId {
    violation(value)
        .ifPresent(
            violation -> {
              throw new IllegalArgumentException("commit_id " + violation);
            });
  }

  /** Why an id is invalid, as text for an error message; empty if it is valid. */
  public static Optional<String> violation(String value) {
    if (value.isEmpty()) {
      return Optional.of("is empty");
    }
    if (value.length() > Limits.COMMIT_ID_BYTES) {
      return Optional.of("is longer than " + Limits.COMMIT_ID_BYTES + " bytes");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!Text.isNameCharacter(c) && c != '.' && c != ':') {
        return Optional.of("may contain only A-Z a-z 0-9 _ . : -");
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return value;
  }
}
