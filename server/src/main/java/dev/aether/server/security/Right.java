package dev.aether.server.security;

import java.util.Locale;
import java.util.Optional;

/** What a policy can allow on a namespace. */
public enum Right {
  /** Read events, snapshots, actors and logs. */
  READ,
  /** Save events and snapshots, and delete snapshots. */
  SAVE,
  /** Subscribe to commits and broadcasts. */
  SUBSCRIBE,
  /** Publish broadcasts. */
  PUBLISH,
  /** Create, change and delete the namespace. */
  ADMIN,
  /** See the metrics of a node and what it does; on all namespaces ({@code >}). */
  MONITOR;

  /** The name in policies and errors. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Right> parse(String text) {
    for (Right right : values()) {
      if (right.text().equals(text)) {
        return Optional.of(right);
      }
    }
    return Optional.empty();
  }
}
