package dev.aether.server.store.jetstream;

import java.util.List;
import java.util.stream.Collectors;

/** NATS URLs as they may be shown. */
final class NatsUrls {
  private NatsUrls() {}

  /** The URLs without users, passwords and tokens. */
  static String withoutSecrets(List<String> urls) {
    return urls.stream()
        .map(url -> url.replaceFirst("//[^/@]*@", "//"))
        .collect(Collectors.joining(","));
  }
}
