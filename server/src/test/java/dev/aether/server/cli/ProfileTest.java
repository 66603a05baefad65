package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

@Timeout(60)
class ProfileTest {
  private static final ConfigFile NO_CONFIG = new ConfigFile(Map.of(), List.of());

  private @TempDir Path home = Path.of("");

  @Test
  void aClientCommandUsesTheServerAndTheNamespaceOfTheFile() throws IOException {
    try (AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()))) {
      write("server = " + Nodes.text(server.grpcAddress()), "namespace = orders");

      CommandRun saved = run(Map.of(), "save", "--actor", "a", "--type", "T");
      CommandRun elsewhere = run(Map.of(), "latest", "a", "--namespace", "default");

      assertEquals(ExitCode.DONE, saved.exitCode(), saved.err());
      assertEquals("{\"version\":1}", run(Map.of(), "latest", "a").out().strip());
      assertEquals("{\"version\":0}", elsewhere.out().strip(), elsewhere.err());
    }
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndTheEnvironmentOverTheFile() throws IOException {
    write("namespace = of-file");
    Map<String, String> environment = Map.of("AETHER_NAMESPACE", "of-environment");

    assertEquals("default", valueWithout("--namespace"));
    assertEquals("of-file", value(Map.of(), "--namespace"));
    assertEquals("of-environment", value(environment, "--namespace"));
    assertEquals("of-flag", value(environment, "--namespace", "--namespace", "of-flag"));
  }

  @Test
  void aProfileHasOnlyTheLinesBelowItsName() throws IOException {
    write(
        "# without a profile",
        "namespace = plain",
        "token-file = plain.token",
        "",
        "[staging]",
        "namespace=staged",
        "[ production ]",
        "tls = true");

    Map<String, String> staging = Map.of("AETHER_PROFILE", "staging");
    assertEquals("plain", value(Map.of(), "--namespace"));
    assertEquals("staged", value(staging, "--namespace"));
    assertEquals(null, value(staging, "--token-file"));
    assertEquals("staged", value(Map.of(), "--namespace", "--profile", "staging"));
    assertEquals("default", value(staging, "--namespace", "--profile=production"));
    assertEquals(true, value(staging, "--tls", "--profile=production"));
  }

  @Test
  void pathsAreRelativeToTheFileOrToTheHomeOfTheUser() throws IOException {
    write("tls-ca = ca.crt", "tls-cert = ~/own.crt", "tls-key = /own.key");

    assertEquals(file().resolveSibling("ca.crt"), value(Map.of(), "--tls-ca"));
    assertEquals(home.resolve("own.crt"), value(Map.of(), "--tls-cert"));
    assertEquals(Path.of("/own.key"), value(Map.of(), "--tls-key"));
  }

  @Test
  void aTokenInTheEnvironmentWinsOverATokenFileInTheFile() throws IOException {
    write("token-file = a.token");

    assertEquals(file().resolveSibling("a.token"), value(Map.of(), "--token-file"));
    assertEquals(null, value(Map.of("AETHER_TOKEN", "secret"), "--token-file"));
  }

  @Test
  void aFileWithATokenThatOthersCanReadIsRefused() throws IOException {
    write("token = secret");
    for (String permissions : List.of("rw-r-----", "rw----r--")) {
      Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString(permissions));
      CommandRun refused = run(Map.of(), "latest", "a");
      assertEquals(ExitCode.USAGE, refused.exitCode());
      assertEquals(
          "aether latest: "
              + file()
              + " has a token, and other users can read it: run chmod 600 "
              + file(),
          refused.err().lines().findFirst().orElseThrow());
    }

    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    assertEquals("secret", value(Map.of(), "--token"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "servr = a:1 | :1: unknown key 'servr': use server, namespace, tls, tls-ca,",
        "server | :1: neither KEY = VALUE nor [NAME]",
        "server = | :1: server has no value",
        "tls = true;tls = true | :2: a second tls",
        "[a];[b];[a] | :3: a second [a]",
        "token = a;token-file = b | :2: use token or token-file, not both",
        "[a];actor = b | :2: unknown key 'actor'",
      })
  void whatIsWrongInTheFileIsNamedWithItsLine(String lines, String fault) throws IOException {
    write(lines.split(";"));

    CommandRun run = run(Map.of(), "events", "a");

    assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("aether events: " + file() + fault), run.err());
  }

  @Test
  void aProfileThatIsNotInTheFileIsNamed() throws IOException {
    write("[staging]");

    CommandRun run = run(Map.of(), "health", "--profile", "stagin");
    CommandRun none = CommandRun.withEnvironment(Map.of(), "health", "--profile", "stagin");

    assertTrue(run.err().startsWith("aether health: there is no profile [stagin] in " + file()));
    assertTrue(none.err().startsWith("aether health: there is no profile [stagin]\n"), none.err());
    assertEquals(List.of(2, 2), List.of(run.exitCode(), none.exitCode()));
  }

  @Test
  void anotherFileCanBeNamedAndMustBeThere() throws IOException {
    Path other = Files.writeString(home.resolve("other"), "namespace = other");
    write("namespace = usual");
    String missing = home.resolve("missing").toString();

    assertEquals("other", value(Map.of("AETHER_CLIENT_CONFIG", other.toString()), "--namespace"));
    assertEquals("default", value(Map.of("AETHER_CLIENT_CONFIG", "/dev/null"), "--namespace"));
    assertTrue(
        run(Map.of("AETHER_CLIENT_CONFIG", missing), "latest", "a")
            .err()
            .startsWith("aether latest: AETHER_CLIENT_CONFIG: there is no file " + missing));
  }

  @Test
  void withoutXdgConfigHomeTheFileIsInTheHomeOfTheUser() throws IOException {
    Path file = home.resolve(".config/aether/config");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "namespace = at-home");

    assertEquals("at-home", value(Map.of("XDG_CONFIG_HOME", ""), "--namespace"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve --help", "latest --help", "token new a", "version"})
  void helpAndCommandsWithoutAServerWorkWithABrokenFile(String args) throws IOException {
    write("nonsense");

    assertEquals(ExitCode.DONE, run(Map.of(), args.split(" ")).exitCode());
  }

  @Test
  void serveTakesNothingFromTheFile() throws IOException {
    write("tls-cert = a.crt", "token = secret");
    OptionSpec certificate = option("serve", "--tls-cert");

    assertEquals(
        null, new EnvironmentDefaults(Map.of(), profile(), NO_CONFIG).defaultValue(certificate));
  }

  private static @Nullable Object valueWithout(String option) {
    ArgSpec spec = option("latest", option);
    return new EnvironmentDefaults(Map.of(), new Profile(Map.of(), List.of()), NO_CONFIG)
        .defaultValue(spec);
  }

  private Profile profile() {
    return new Profile(environment(Map.of()), List.of());
  }

  private static OptionSpec option(String command, String option) {
    CommandLine root = CommandLines.create(CommandRun.nowhere(), Map.of());
    return Objects.requireNonNull(root.getSubcommands().get(command))
        .getCommandSpec()
        .findOption(option);
  }

  /** What {@code aether latest a ARGS} has for an option. */
  private Object value(Map<String, String> environment, String option, String... args) {
    List<String> all = new ArrayList<>(List.of("latest", "a"));
    all.addAll(List.of(args));
    return CommandLines.create(
            CommandRun.nowhere(), environment(environment), all.toArray(String[]::new))
        .parseArgs(all.toArray(String[]::new))
        .subcommand()
        .commandSpec()
        .findOption(option)
        .getValue();
  }

  private CommandRun run(Map<String, String> environment, String... args) {
    return CommandRun.withEnvironment(environment(environment), args);
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> all = new HashMap<>();
    all.put("XDG_CONFIG_HOME", home.resolve("config").toString());
    all.put("HOME", home.toString());
    all.putAll(more);
    return all;
  }

  private Path file() {
    return home.resolve("config/aether/config");
  }

  private void write(String... lines) throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
  }
}
