package dev.aether.server.store.jetstream.wire;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** NATS URLs as they may be shown. */
final class NatsUrls {
  private NatsUrls() {}

  /** The URLs without users, passwords and tokens. */
  static String withoutSecrets(List<String> urls) {
    return urls.stream().map(NatsUrls::withoutSecrets).collect(Collectors.joining(","));
  }

  /** A text, such as an exception's message, with the URLs in it so. */
  static String withoutSecrets(@Nullable String text) {
    return String.valueOf(text).replaceAll("//[^/@\\s,]*@", "//");
  }
}
