package dev.aether.server.event;

import java.util.List;
import java.util.Optional;

/**
 * A pattern for dotted names. A token matches itself, {@code *} matches exactly one token, and
 * {@code >}, which may only be the last token, matches one or more. A token may be empty.
 */
public record NamePattern(String text, List<String> tokens) {
  private static final String ONE = "*";
  private static final String REST = ">";

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if {@link #violation} rejects the text
   */
  public static NamePattern of(String text) {
    violation(text)
        .ifPresent(
            violation -> {
              throw new IllegalArgumentException("pattern " + violation);
            });
    return new NamePattern(text, List.of(text.split("\\.", -1)));
  }

  /** Why a pattern is invalid, as text for an error message; empty if it is valid. */
  public static Optional<String> violation(String text) {
    Optional<String> violation = TextRule.required(Limits.PATTERN_BYTES).violation(text);
    if (violation.isPresent()) {
      return violation;
    }
    String[] tokens = text.split("\\.", -1);
    for (int i = 0; i < tokens.length; i++) {
      String token = tokens[i];
      if (token.equals(REST) && i < tokens.length - 1) {
        return Optional.of("may use > only as the last token");
      }
      boolean wild = token.equals(ONE) || token.equals(REST);
      if (!wild && (token.contains(ONE) || token.contains(REST))) {
        return Optional.of("uses a wildcard as part of a token: " + token);
      }
    }
    return Optional.empty();
  }

  /** Whether the pattern has no wildcard, which means that it matches only itself. */
  public boolean isLiteral() {
    return !tokens.contains(ONE) && !tokens.contains(REST);
  }

  /** Whether the name matches. */
  public boolean matches(String name) {
    int from = 0;
    for (int i = 0; i < tokens.size(); i++) {
      String token = tokens.get(i);
      if (token.equals(REST)) {
        return from <= name.length();
      }
      if (from > name.length()) {
        return false;
      }
      int dot = name.indexOf('.', from);
      int end = dot < 0 ? name.length() : dot;
      boolean same =
          token.equals(ONE) || (token.length() == end - from && name.startsWith(token, from));
      if (!same) {
        return false;
      }
      from = end + 1;
    }
    return from == name.length() + 1;
  }
}
