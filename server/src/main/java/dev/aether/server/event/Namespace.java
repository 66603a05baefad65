package dev.aether.server.event;

import java.util.Optional;

/** The name of a namespace: tokens of {@code [A-Za-z0-9_-]} separated by dots, 1 to 64 bytes. */
public record Namespace(String name) {
  /** The namespace that an empty name in a request stands for. */
  public static final Namespace DEFAULT = new Namespace("default");

  /**
   * Creates a namespace from a valid name.
   *
   * @throws IllegalArgumentException if {@link #violation} rejects the name
   */
  public Namespace {
    violation(name)
        .ifPresent(
            violation -> {
              throw new IllegalArgumentException("namespace " + violation);
            });
  }

  /** Why a name is invalid, as text for an error message; empty if it is valid. */
  public static Optional<String> violation(String name) {
    if (name.isEmpty()) {
      return Optional.of("is empty");
    }
    if (name.length() > Limits.NAMESPACE_BYTES) {
      return Optional.of("is longer than " + Limits.NAMESPACE_BYTES + " bytes");
    }
    boolean tokenIsEmpty = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '.') {
        if (tokenIsEmpty) {
          return Optional.of("has an empty token");
        }
        tokenIsEmpty = true;
      } else if (Text.isNameCharacter(c)) {
        tokenIsEmpty = false;
      } else {
        return Optional.of("must consist of tokens of A-Z a-z 0-9 _ -, separated by dots");
      }
    }
    return tokenIsEmpty ? Optional.of("has an empty token") : Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
