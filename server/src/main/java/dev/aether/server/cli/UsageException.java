package dev.aether.server.cli;

import org.jspecify.annotations.Nullable;

/** The options of a command are invalid or cannot be used together. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  /**
   * Checks that of two options that need each other none is missing.
   *
   * @throws UsageException if only one has a value
   */
  static void requireBoth(
      String one, @Nullable Object valueOfOne, String other, @Nullable Object valueOfOther) {
    if ((valueOfOne == null) != (valueOfOther == null)) {
      throw new UsageException(
          valueOfOne == null ? other + " requires " + one : one + " requires " + other);
    }
  }
}
