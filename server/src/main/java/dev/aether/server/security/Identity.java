package dev.aether.server.security;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who makes a call.
 *
 * @param names what policies may call it, such as {@code token:orders} or {@code
 *     cert:orders.example.com}; at least one, the first is the one in logs
 * @param expires when its credentials stop being valid
 */
public record Identity(List<String> names, Optional<Instant> expires) {
  public Identity {
    names = List.copyOf(names);
  }

  @Override
  public String toString() {
    return names.get(0);
  }
}
