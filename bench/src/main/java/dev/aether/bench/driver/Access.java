package dev.aether.bench.driver;

import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.util.Optional;

/**
 * How a driver gets access to a node.
 *
 * @param tls empty for plain text
 * @param token the bearer token of each call
 */
public record Access(Optional<SslContext> tls, Optional<String> token) {
  /** Plain text without a token. */
  public static final Access OPEN = new Access(Optional.empty(), Optional.empty());
}
