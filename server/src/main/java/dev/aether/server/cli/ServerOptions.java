package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.RepeatOptions;
import dev.aether.client.TlsOptions;
import dev.aether.server.cli.files.InputFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for connecting to a server. */
class ServerOptions {
  /** A person waits: gives up after about half a second if the server is not running. */
  private static final RepeatOptions SOON = RepeatOptions.untilDeadline().withMaxAttempts(5);

  /** A failover of NATS, or a restart of a node, takes up to about ten seconds. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      split = ",",
      converter = HostPort.Converter.class,
      description =
          "The address of the server, or of several nodes of one cluster, separated by commas."
              + " Default: ${DEFAULT-VALUE}")
  private List<HostPort> servers = new ArrayList<>();

  @Option(
      names = "--tls",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Connect with TLS. --tls-ca and --tls-cert include this.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description =
          "Verify the server with the CA certificates in this file (PEM) instead of those of the"
              + " JDK.")
  private @Nullable Path authorities;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "The client's own certificate (PEM), if the server asks for one.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The private key of --tls-cert (PEM, PKCS#8, not encrypted).")
  private @Nullable Path key;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Send the token in this file. It is read again for each call. The variable AETHER_TOKEN may"
              + " have the token itself.")
  private @Nullable Path tokenFile;

  /** Only for its variable, AETHER_TOKEN: command lines are visible to other users. */
  @Option(names = "--token", hidden = true)
  private @Nullable String token;

  @Option(
      names = "--insecure-token",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Send the token in plain text, without TLS, also to a server on another machine, where"
              + " everyone on the way can read it.")
  private boolean insecureToken;

  /** {@link Profile} looks for it itself. */
  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description =
          "Use the section [NAME] of ~/.config/aether/config instead of the lines above the first"
              + " section. A line is KEY = VALUE, where KEY is server, namespace, tls, tls-ca,"
              + " tls-cert, tls-key, token-file or token. Options and variables override the file.")
  private @Nullable String profile;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /** At least one. */
  final List<HostPort> servers() {
    return List.copyOf(servers);
  }

  /** In the format of --server. */
  final String serverList() {
    return servers.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }

  /** A client that gives up soon if the server cannot be reached. */
  final AetherClient connect() {
    return built(builder().repeats(SOON));
  }

  /** A client that retries for half a minute, for commands that should survive a failover. */
  final AetherClient connectPatiently() {
    return built(builder().deadline(PATIENCE));
  }

  /**
   * Creates a client.
   *
   * @throws CommandFailedException if a file for TLS cannot be used
   */
  static AetherClient built(AetherClientBuilder builder) {
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  AetherClientBuilder builder() {
    AetherClientBuilder builder =
        AetherClient.builder().endpoints(servers.stream().map(HostPort::toString).toList());
    tls().ifPresent(builder::tls);
    token().ifPresent(builder::token);
    return builder;
  }

  /** How to connect with TLS; empty for plain text. */
  final Optional<TlsOptions> tls() {
    UsageException.requireBoth("--tls-cert", certificate, "--tls-key", key);
    TlsOptions options =
        authorities == null ? TlsOptions.defaults() : TlsOptions.trusting(authorities);
    if (certificate != null && key != null) {
      return Optional.of(options.withIdentity(certificate, key));
    }
    return tls || authorities != null ? Optional.of(options) : Optional.empty();
  }

  private Optional<Supplier<String>> token() {
    if (isOnCommandLine("--token")) {
      throw new UsageException(
          "a token on the command line is visible to other users: use --token-file or AETHER_TOKEN");
    }
    Path file = tokenFile;
    String given = token;
    if (file == null && (given == null || given.isEmpty())) {
      return Optional.empty();
    }
    checkWay();
    if (file != null) {
      checkToken(file);
      warnIfOthersCanRead(file);
      return Optional.of(() -> read(file));
    }
    return Optional.of(() -> Objects.requireNonNull(given));
  }

  /** A token in plain text may leave this machine only if the user says so. */
  private void checkWay() {
    if (insecureToken || tls().isPresent()) {
      return;
    }
    servers.stream()
        .filter(server -> !isLoopback(server.host()))
        .findFirst()
        .ifPresent(
            server -> {
              throw new UsageException(
                  "a token for "
                      + server
                      + " would be sent in plain text: connect with --tls-ca or --tls, or accept this"
                      + " with --insecure-token");
            });
  }

  /** Unknown hosts are not: whether they are known may change until the client connects. */
  static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private void warnIfOthersCanRead(Path file) {
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        Optional.ofNullable(command)
            .orElseThrow()
            .commandLine()
            .getErr()
            .println("aether: all users can read the token in " + file + ": run chmod 600 " + file);
      }
    } catch (UnsupportedOperationException | IOException e) {
      // Permissions that this system does not have, or does not show, are no reason to fail.
    }
  }

  /** Only at the start of a command: later, the file may be about to be replaced. */
  private static void checkToken(Path tokenFile) {
    String token;
    try {
      token = read(tokenFile);
    } catch (UncheckedIOException e) {
      throw new CommandFailedException("--token-file: " + e.getMessage(), e);
    }
    if (token.isEmpty()) {
      throw new CommandFailedException("--token-file: " + tokenFile + " is empty");
    }
    if (token.chars().anyMatch(Character::isWhitespace)) {
      throw new CommandFailedException(
          "--token-file: "
              + tokenFile
              + " must contain a token and nothing else: what \"aether token new NAME\" prints on"
              + " standard output");
    }
  }

  private static String read(Path tokenFile) {
    try (InputStream file = InputFile.open(tokenFile.toString())) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether an option is on the command line, rather than in the environment or missing. */
  final boolean isOnCommandLine(String option) {
    return Optional.ofNullable(command)
        .orElseThrow()
        .commandLine()
        .getParseResult()
        .hasMatchedOption(option);
  }
}
