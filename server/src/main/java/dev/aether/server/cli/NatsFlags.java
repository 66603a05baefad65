package dev.aether.server.cli;

import dev.aether.server.cli.files.InputFile;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.nats.NatsAccess.Login;
import dev.aether.server.security.ClientTls;
import dev.aether.server.security.SecurityFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The options for how a node identifies itself to NATS. No secret is on the command line. */
final class NatsFlags {
  @Option(
      names = "--nats-creds",
      paramLabel = "FILE",
      description = "Log in to NATS with a credentials file (a JWT and its seed, as nsc makes it).")
  private @Nullable Path credentials;

  @Option(
      names = "--nats-nkey",
      paramLabel = "FILE",
      description = "Log in to NATS with the seed of an nkey in this file.")
  private @Nullable Path nkey;

  @Option(
      names = "--nats-user",
      paramLabel = "NAME",
      description = "Log in to NATS as this user, with --nats-password-file.")
  private @Nullable String user;

  @Option(
      names = "--nats-password-file",
      paramLabel = "FILE",
      description =
          "The password of --nats-user. The variable AETHER_NATS_PASSWORD may have the password"
              + " itself.")
  private @Nullable Path passwordFile;

  /** Only for its variable: command lines are visible to other users. */
  @Option(names = "--nats-password", hidden = true)
  private @Nullable String password;

  @Option(
      names = "--nats-tls-ca",
      paramLabel = "FILE",
      description =
          "Connect to NATS with TLS, and verify its servers with these CA certificates (PEM). Without"
              + " it, URLs with tls:// use those of the JDK.")
  private @Nullable Path authorities;

  @Option(
      names = "--nats-tls-cert",
      paramLabel = "FILE",
      description = "This node's own certificate for NATS (PEM).")
  private @Nullable Path certificate;

  @Option(
      names = "--nats-tls-key",
      paramLabel = "FILE",
      description = "The private key of --nats-tls-cert (PEM, PKCS#8, not encrypted).")
  private @Nullable Path key;

  @Option(
      names = "--nats-tls-first",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description = "Begin TLS at once, for servers with handshake_first.")
  private boolean tlsFirst;

  /**
   * Returns how to identify to NATS.
   *
   * @throws UsageException if options do not fit together
   * @throws CommandFailedException if a file cannot be read
   */
  NatsAccess access(CommandSpec serve) {
    OptionSpec hidden = serve.findOption("--nats-password");
    if (EnvironmentDefaults.of(serve).origin(hidden) == Origin.COMMAND_LINE) {
      throw new UsageException(
          "a password on the command line is visible to other users: use --nats-password-file or"
              + " AETHER_NATS_PASSWORD");
    }
    UsageException.requireBoth("--nats-tls-cert", certificate, "--nats-tls-key", key);
    if (user == null && passwordFile != null) {
      throw new UsageException("--nats-password-file requires --nats-user");
    }
    List<Login> logins = new ArrayList<>();
    if (credentials != null) {
      logins.add(new Login.Credentials(readable(credentials)));
    }
    if (nkey != null) {
      logins.add(new Login.Nkey(readable(nkey)));
    }
    if (user != null) {
      String secret = secret();
      logins.add(new Login.Password(user, () -> secret));
    }
    if (logins.size() > 1) {
      throw new UsageException("--nats-creds, --nats-nkey and --nats-user exclude each other");
    }
    Optional<ClientTls> tls = tls();
    return new NatsAccess(
        logins.stream().findFirst(),
        tls.map(ClientTls::context),
        tlsFirst,
        tls.flatMap(ClientTls::certificate));
  }

  private String secret() {
    if (passwordFile == null) {
      return Optional.ofNullable(password)
          .orElseThrow(() -> new UsageException("--nats-user requires --nats-password-file"));
    }
    return read(passwordFile);
  }

  private static Path readable(Path file) {
    String unused = read(file);
    return file;
  }

  private static String read(Path file) {
    try (InputStream content = InputFile.open(file.toString())) {
      return new String(content.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  private Optional<ClientTls.Own> own() {
    return certificate == null || key == null
        ? Optional.empty()
        : Optional.of(new ClientTls.Own("--nats-tls-cert", certificate, key));
  }

  private Optional<ClientTls> tls() {
    if (authorities == null && certificate == null && !tlsFirst) {
      return Optional.empty();
    }
    try {
      return Optional.of(new ClientTls("NATS", Optional.ofNullable(authorities), own()));
    } catch (SecurityFileException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }
}
