package dev.aether.server.store.jetstream.wire;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats NATS URLs for messages and logs. */
final class NatsUrls {
  private NatsUrls() {}

  /** Removes users, passwords and tokens from URLs. */
  static String withoutSecrets(List<String> urls) {
    return urls.stream().map(NatsUrls::withoutSecrets).collect(Collectors.joining(","));
  }

  /**
   * Removes users, passwords and tokens from URLs within a text, such as an exception's message.
   */
  static String withoutSecrets(@Nullable String text) {
    return String.valueOf(text).replaceAll("//[^/@\\s,]*@", "//");
  }
}
