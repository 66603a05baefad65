package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
  private static final Path EXAMPLE = Path.of("../docs/operations/aether.conf");

  private @TempDir Path folder = Path.of("");

  @Test
  void theCommandLineWinsOverTheEnvironmentAndTheEnvironmentOverTheFile() throws IOException {
    Path file = write("memory = true", "auto-create-limit = 1");
    Map<String, String> environment = Map.of("AETHER_AUTO_CREATE_LIMIT", "2");

    assertEquals(
        Optional.of("#auto-create-limit = 10000  # default"),
        printed("auto-create-limit", Map.of(), "--memory"));
    assertEquals(
        Optional.of("auto-create-limit = 1  # " + file + ":2"),
        printed("auto-create-limit", Map.of(), "--config", file.toString()));
    assertEquals(
        Optional.of("auto-create-limit = 2  # AETHER_AUTO_CREATE_LIMIT"),
        printed("auto-create-limit", environment, "--config=" + file));
    assertEquals(
        Optional.of("auto-create-limit = 3  # command line"),
        printed("auto-create-limit", environment, "--config=" + file, "--auto-create-limit", "3"));
  }

  @Test
  void aVariableNamesTheFileWhereNoFlagDoes() throws IOException {
    String one = write("node-id = one").toString();
    Path other = Files.writeString(folder.resolve("other"), "node-id = two");

    assertEquals(
        Optional.of("node-id = one  # " + one + ":1"),
        printed("node-id", Map.of("AETHER_CONFIG", one)));
    assertEquals(
        Optional.of("node-id = two  # " + other + ":1"),
        printed("node-id", Map.of("AETHER_CONFIG", one), "--config", other.toString()));
  }

  @Test
  void theStoreOfAFileGivesWayToTheEnvironmentAndToTheCommandLine() throws IOException {
    String file = write("nats = nats://h:1", "nats-sync = always", "replicas = 1").toString();
    Map<String, String> memory = Map.of("AETHER_MEMORY", "true");

    assertEquals(
        Optional.of("nats = nats://h:1  # " + file + ":1"),
        printed("nats", Map.of(), "--config", file));
    for (CommandRun run :
        List.of(
            serve(memory, "--config", file, "--print-config"),
            serve(Map.of(), "--config", file, "--memory", "--print-config"))) {
      assertEquals(ExitCode.DONE, run.exitCode(), run.err());
      assertTrue(run.out().contains("\n#nats = nats://h:1  # " + file + ":1, without effect\n"));
      assertTrue(
          run.out().contains("\n#nats-sync = always  # " + file + ":2, without effect\n"),
          run.out());
    }
  }

  @Test
  void whatIsPrintedIsAFileWithTheSameSettings() throws IOException {
    Files.createDirectories(folder.resolve("etc"));
    Path file =
        Files.writeString(
            folder.resolve("etc/aether.conf"),
            """
            # A comment.
            listen = 127.0.0.1:0   # any port
              auto-create=false
            data = events
            max-connection-idle = 30m
            """);
    CommandRun first =
        serve(
            Map.of("AETHER_MAX_HEADER_BYTES", "2048"),
            "--config",
            file.toString(),
            "--no-group-commit",
            "--print-config");
    assertEquals(ExitCode.DONE, first.exitCode(), first.err());
    Path again = Files.writeString(folder.resolve("again"), first.out());

    CommandRun second = serve(Map.of(), "--config", again.toString(), "--print-config");

    assertEquals(
        List.of(
            "auto-create = false",
            "data = " + folder.resolve("etc/events"),
            "group-commit = false",
            "listen = 127.0.0.1:0",
            "max-connection-idle = 30m",
            "max-header-bytes = 2048"),
        settings(second),
        first.out() + second.err());
    assertEquals(settings(first), settings(second));
  }

  @Test
  void noSecretIsPrinted() {
    CommandRun run =
        serve(
            Map.of("AETHER_NATS_PASSWORD", "s3cret", "AETHER_TOKEN", "s3cret"),
            "--nats=nats://u:s3cret@h:1,nats://s3cret@h:2",
            "--nats-user=u",
            "--print-config");

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertFalse((run.out() + run.err()).contains("s3cret"), run.out());
    assertTrue(
        run.out()
            .contains(
                "\n#nats = nats://***@h:1,nats://***@h:2  # command line, with a secret that is not"
                    + " printed\n"),
        run.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-conections = 5 | :1: unknown key 'max-conections': did you mean max-connections?",
        "memory = true;nats-password = x | :2: unknown key 'nats-password'",
        "print-config = true | :1: unknown key 'print-config'",
        "config = x | :1: unknown key 'config'",
        "listen | :1: neither KEY = VALUE nor [NAME]",
        "listen = | :1: listen has no value",
        "node-id = \"a\" | :1: write the value of node-id without quotes",
        "memory = true;memory = true | :2: a second memory",
        "[node];memory = true | : a configuration of serve has no [sections]",
      })
  void whatIsWrongInTheFileIsNamedWithItsLine(String lines, String fault) throws IOException {
    Path file = write(lines.split(";"));

    CommandRun run = serve(Map.of(), "--config", file.toString(), "--print-config");

    assertEquals(ExitCode.USAGE, run.exitCode(), run.out());
    assertTrue(run.err().startsWith("aether serve: " + file + fault), run.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max-connections = many | '--max-connections': 'many' is not an int (FILE:2)",
        "max-connections = 0 | --max-connections must be at least 1 (FILE:2)",
        "replicas = 2 | --replicas must be 1, 3 or 5 (FILE:2)",
        "nats-sync = always | --nats-sync requires --nats URL (FILE:2)",
        "tls-key = k | --tls-key requires --tls-cert (FILE:2)",
      })
  void aValueThatCannotBeUsedIsNamedWithItsLine(String line, String fault) throws IOException {
    Path file = write("", line);

    CommandRun run = serve(Map.of(), "--config", file.toString(), "--print-config");

    assertEquals(ExitCode.USAGE, run.exitCode(), run.out());
    assertTrue(run.err().contains(fault.replace("FILE", file.toString()) + "\n"), run.err());
  }

  @Test
  void aValueThatCannotBeUsedIsNamedWithItsVariable() {
    CommandRun run = serve(Map.of("AETHER_REPLICAS", "2"), "--print-config");

    assertTrue(
        run.err().startsWith("aether serve: --replicas must be 1, 3 or 5 (AETHER_REPLICAS)\n"),
        run.err());
  }

  @Test
  void aFileThatIsMissingIsNamed() {
    String missing = folder.resolve("missing").toString();

    assertTrue(
        serve(Map.of(), "--config", missing)
            .err()
            .startsWith("aether serve: --config: there is no file " + missing));
    assertTrue(
        serve(Map.of("AETHER_CONFIG", missing))
            .err()
            .startsWith("aether serve: AETHER_CONFIG: there is no file " + missing));
    assertEquals(ExitCode.DONE, serve(Map.of("AETHER_CONFIG", missing), "--help").exitCode());
  }

  @Test
  void clientCommandsDoNotReadIt() {
    Map<String, String> environment = Map.of("AETHER_CONFIG", "/missing");

    CommandRun run =
        CommandRun.withEnvironment(environment, "latest", "a", "--server", "127.0.0.1:1");

    assertEquals(ExitCode.UNREACHABLE, run.exitCode(), run.err());
  }

  @Test
  void theDocumentedExampleIsAccepted() {
    CommandRun run = serve(Map.of(), "--config", EXAMPLE.toString(), "--print-config");

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals(
        List.of(
            "auto-create = false",
            "data = /var/lib/aether",
            "http = 127.0.0.1:7451",
            "listen = 0.0.0.0:7450",
            "max-connection-idle = 30m",
            "max-connections-per-address = 200"),
        settings(run).stream().filter(line -> !line.contains("docs/operations")).toList());
  }

  @Test
  void variablesThatNoCommandKnowsAreNamed() {
    Map<String, String> environment = new HashMap<>();
    // What Kubernetes sets for services called aether and aether-nodes.
    environment.put("AETHER_SERVICE_HOST", "10.0.0.1");
    environment.put("AETHER_SERVICE_PORT", "7450");
    environment.put("AETHER_SERVICE_PORT_GRPC", "7450");
    environment.put("AETHER_PORT", "tcp://10.0.0.1:7450");
    environment.put("AETHER_PORT_7450_TCP", "tcp://10.0.0.1:7450");
    environment.put("AETHER_PORT_7450_TCP_PROTO", "tcp");
    environment.put("AETHER_NODES_PORT_7450_TCP_ADDR", "10.0.0.1");
    // Of the launcher, of client commands and of serve.
    environment.put("AETHER_JAVA_OPTS", "-Xmx1g");
    environment.put("AETHER_TOKEN", "x");
    environment.put("AETHER_SAVE_ACTOR", "x");
    environment.put("AETHER_MEMORY", "true");
    environment.put("HOME", "/");
    assertEquals(List.of(), unknown(environment));

    environment.put("AETHER_MAX_CONECTIONS", "5");
    environment.put("AETHER_XQZ", "");

    List<String> unknown = unknown(environment);
    assertEquals(2, unknown.size(), unknown::toString);
    assertEquals(
        "unknown variable AETHER_MAX_CONECTIONS, which has no effect: did you mean"
            + " AETHER_MAX_CONNECTIONS?",
        unknown.get(0));
    assertTrue(unknown.get(1).startsWith("unknown variable AETHER_XQZ, "), unknown.get(1));
  }

  private static List<String> unknown(Map<String, String> environment) {
    var all = CommandLines.create(CommandRun.nowhere(), environment);
    return UnknownVariables.of(
        environment,
        Objects.requireNonNull(all.getSubcommands().get("serve")).getCommandSpec(),
        () -> all);
  }

  /** The line of a key in the printed configuration. */
  private static Optional<String> printed(
      String key, Map<String, String> environment, String... args) {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--print-config";
    CommandRun run = serve(environment, all);
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run.lines().stream().filter(line -> line.matches("#?" + key + " = .*")).findFirst();
  }

  /** Without comments. */
  private static List<String> settings(CommandRun run) {
    return run.lines().stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceFirst("  #.*", ""))
        .toList();
  }

  private static CommandRun serve(Map<String, String> environment, String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "serve";
    System.arraycopy(args, 0, all, 1, args.length);
    return CommandRun.withEnvironment(environment, all);
  }

  private Path write(String... lines) throws IOException {
    return Files.writeString(folder.resolve("aether.conf"), String.join("\n", lines) + "\n");
  }
}
