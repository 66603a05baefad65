package dev.aether.server.security;

import java.util.List;

/** Compares patterns of namespaces. */
final class Patterns {
  private static final String ONE = "*";
  private static final String REST = ">";

  private Patterns() {}

  static List<String> tokens(String pattern) {
    return List.of(pattern.split("\\.", -1));
  }

  /**
   * Whether a pattern matches every name that another one matches. A name is a pattern that matches
   * only itself. The other text may be invalid: its tokens are then taken as they are.
   */
  static boolean covers(List<String> pattern, List<String> other) {
    for (int i = 0; i < pattern.size(); i++) {
      if (i == other.size()) {
        return false;
      }
      String token = pattern.get(i);
      String wanted = other.get(i);
      if (token.equals(REST)) {
        return true;
      }
      if (wanted.equals(REST) || !(token.equals(ONE) || token.equals(wanted))) {
        return false;
      }
    }
    return pattern.size() == other.size();
  }
}
