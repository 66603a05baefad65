package dev.aether.server.security;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who makes a call.
 *
 * @param names what policies may call it, such as {@code token:orders} or {@code
 *     cert:orders.example.com}; at least one
 * @param expires when its credentials stop being valid
 */
public record Identity(List<String> names, Optional<Instant> expires) {
  private static final int MAX_TEXT = 256;

  public Identity {
    names = List.copyOf(names);
  }

  /** All names, for logs. */
  @Override
  public String toString() {
    String all = String.join(",", names);
    return all.substring(0, Math.min(all.length(), MAX_TEXT));
  }
}
