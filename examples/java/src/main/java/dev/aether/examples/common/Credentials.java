package dev.aether.examples.common;

import dev.aether.client.AetherClientBuilder;
import dev.aether.client.TlsOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** TLS and the token for a secured node, from the variables that the command line uses as well. */
final class Credentials {
  private Credentials() {}

  /** Returns the same builder. A token is sent only with TLS. */
  static AetherClientBuilder addTo(AetherClientBuilder builder) {
    Optional<Path> authorities = variable("AETHER_TLS_CA").map(Path::of);
    Optional<Path> certificate = variable("AETHER_CLIENT_TLS_CERT").map(Path::of);
    Optional<Path> tokenFile = variable("AETHER_TOKEN_FILE").map(Path::of);
    Optional<String> token = variable("AETHER_TOKEN");
    Optional<String> tls = variable("AETHER_TLS").filter("true"::equals);
    if (Stream.of(authorities, certificate, tokenFile, token, tls).allMatch(Optional::isEmpty)) {
      return builder;
    }
    TlsOptions options = authorities.map(TlsOptions::trusting).orElseGet(TlsOptions::defaults);
    builder.tls(
        certificate
            .map(own -> options.withIdentity(own, Path.of(System.getenv("AETHER_CLIENT_TLS_KEY"))))
            .orElse(options));
    tokenFile.ifPresentOrElse(
        // Read for each call, so it may be renewed.
        file -> builder.token(() -> read(file)),
        () -> token.ifPresent(t -> builder.token(() -> t)));
    return builder;
  }

  private static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
