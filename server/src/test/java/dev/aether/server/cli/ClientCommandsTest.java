package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.testing.CuttingProxy;
import dev.aether.server.testing.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ClientCommandsTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void savePrintsWhereTheEventIsStored() {
    JsonObject first = json(done("save", "--actor", "a", "--type", "T", "--expect", "0"));
    JsonObject second = json(done("save", "--actor", "a", "--type", "T", "--expect", "existing"));

    assertEquals(1, first.get("firstVersion").getAsLong());
    assertEquals(1, first.get("lastVersion").getAsLong());
    assertEquals(0, first.get("partition").getAsInt());
    assertEquals(false, first.get("replayed").getAsBoolean());
    assertEquals("SYNC_MEMORY", first.getAsJsonObject("durability").get("sync").getAsString());
    assertEquals(2, second.get("lastVersion").getAsLong());
    assertTrue(
        second.get("position").getAsLong() > first.get("position").getAsLong(), "positions rise");
  }

  @Test
  void aConflictEndsWith3AndItsValuesAsJsonOnStandardError() {
    done("save", "--actor", "a \"1\"", "--type", "T");

    CommandRun run = run("save", "--actor", "a \"1\"", "--type", "T", "--expect", "0");

    assertEquals(ExitCode.VERSION_CONFLICT, run.exitCode());
    assertEquals("", run.out());
    assertEquals(
        "{\"actorId\":\"a \\\"1\\\"\",\"currentVersion\":1,\"attemptedVersion\":1}\n", run.err());
    assertEquals(
        ExitCode.VERSION_CONFLICT,
        run("save", "--actor", "nobody", "--type", "T", "--expect", "existing").exitCode());
  }

  @Test
  void theSameCommitIdIsStoredOnceWhateverWasExpected() {
    for (String expectation : List.of("0", "any")) {
      String[] save = {
        "save",
        "--actor",
        "a-" + expectation,
        "--type",
        "T",
        "--commit-id",
        "c",
        "--expect",
        expectation
      };
      JsonObject first = json(done(save));
      JsonObject again = json(done(save));

      assertEquals(true, again.get("replayed").getAsBoolean());
      assertEquals(first.get("position"), again.get("position"));
    }
  }

  @Test
  void eventsPrintsTheDataAsItWasSavedOnOneLine(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(folder.resolve("data.json"), "{\n  \"z\": 1.10,\n  \"a\": [ ]\n}\n");
    done("save", "--actor", "a", "--type", "T é", "--data", "@" + file, "--meta", "user_id=u=1");
    assertEquals(
        ExitCode.DONE,
        CommandRun.withInput(
                "12345678901234567890.0",
                withServer("save", "--actor", "a", "--type", "U", "--data", "-"))
            .exitCode());

    List<String> lines = done("events", "a").lines();

    assertEquals(2, lines.size());
    assertTrue(lines.get(0).contains("\"data\":{\"z\":1.10,\"a\":[]},"), lines.get(0));
    JsonObject event = JsonParser.parseString(lines.get(0)).getAsJsonObject();
    assertEquals("a", event.get("actorId").getAsString());
    assertEquals(1, event.get("version").getAsLong());
    assertEquals("T é", event.get("eventType").getAsString());
    assertEquals("application/json", event.get("contentType").getAsString());
    assertEquals("u=1", event.getAsJsonObject("metadata").get("user_id").getAsString());
    assertTrue(event.has("eventId") && event.has("timestamp"), lines.get(0));
    assertTrue(lines.get(1).contains("\"data\":12345678901234567890.0,"), lines.get(1));
  }

  @Test
  void eventsPrintsARangeInTheOrderAskedFor() {
    for (int i = 1; i <= 5; i++) {
      done("save", "--actor", "a", "--type", "T" + i);
    }

    assertEquals(List.of(2L, 3L, 4L), versions("events", "a", "--from", "2", "--to", "4"));
    assertEquals(List.of(5L, 4L), versions("events", "a", "--backwards", "--max", "2"));
    assertEquals(List.of(), versions("events", "a", "--from", "6"));
    assertEquals(List.of(), versions("events", "nobody"));
  }

  @Test
  void latestPrintsTheVersionInTheNamespaceThatIsNamed() {
    done("save", "--actor", "a", "--type", "T", "--namespace", "other");

    assertEquals("{\"version\":0}\n", done("latest", "a").out());
    assertEquals("{\"version\":1}\n", done("latest", "a", "--namespace", "other").out());
  }

  @Test
  void subscribeUntilCaughtUpPrintsWhatIsStoredAndWhereToContinue() {
    done("save", "--actor", "a", "--type", "T", "--data", "1", "--commit-id", "c1");
    done("save", "--actor", "b", "--type", "U", "--data", "2");

    CommandRun all = done("subscribe", "--start", "beginning", "--until-caught-up");
    CommandRun some = done("subscribe", "--start", "beginning", "--type", "U", "--until-caught-up");

    JsonObject first = JsonParser.parseString(all.lines().get(0)).getAsJsonObject();
    assertEquals(2, all.lines().size());
    assertEquals("default", first.get("namespace").getAsString());
    assertEquals("c1", first.get("commitId").getAsString());
    assertEquals("a", first.get("actorId").getAsString());
    assertEquals(1, first.get("data").getAsInt());
    assertTrue(first.has("position") && first.has("storedAt"), all.out());
    assertEquals(1, some.lines().size());

    String cursor = all.err().replaceFirst("(?s).*--start (\\S+)\\s*", "$1");
    done("save", "--actor", "c", "--type", "T");
    CommandRun rest = done("subscribe", "--start", cursor, "--until-caught-up");
    assertEquals(1, rest.lines().size(), rest.out());
    assertTrue(rest.out().contains("\"actorId\":\"c\""), rest.out());
  }

  @Test
  void subscribeStoredOnlyPrintsThatEventsWereStored() {
    done("save", "--actor", "a", "--type", "T", "--data", "1");

    JsonObject stored =
        json(done("subscribe", "--start", "beginning", "--stored-only", "--until-caught-up"));

    assertEquals("T", stored.get("eventType").getAsString());
    assertEquals(1, stored.get("version").getAsLong());
    assertEquals(
        List.of(
            "namespace",
            "actorId",
            "eventId",
            "eventType",
            "version",
            "timestamp",
            "partition",
            "position"),
        List.copyOf(stored.keySet()));
  }

  @Test
  void aBadArgumentThatOnlyTheServerKnowsEndsWith2AndItsReasonOnOneLine() {
    for (String[] args :
        List.of(
            new String[] {"save", "--actor", "a\u0007", "--type", "T"},
            new String[] {"save", "--actor", "x".repeat(257), "--type", "T"},
            new String[] {"save", "--actor", "a", "--type", "T", "--commit-id", "c c"},
            new String[] {"latest", "a", "--namespace", "no spaces"},
            new String[] {"subscribe", "tenant-*", "--until-caught-up"})) {
      CommandRun run = run(args);

      assertEquals(ExitCode.USAGE, run.exitCode(), Arrays.toString(args) + run.err());
      assertEquals(1, run.err().lines().count(), run.err());
    }
    CommandRun unknown = run("subscribe", "--start", "nonsense", "--until-caught-up");
    assertEquals(ExitCode.USAGE, unknown.exitCode(), unknown.err());
    assertEquals("", done("subscribe", "--start", "beginning", "--until-caught-up").out());
  }

  @Test
  void healthSaysWhetherTheServerServes() {
    assertTrue(done("health").out().endsWith(" SERVING\n"));
  }

  @Test
  void healthSaysWhyAServerIsOutOfReach() {
    String nowhere = address();
    server.close();

    CommandRun run = CommandRun.of("health", "--server", nowhere);

    assertEquals(nowhere + " UNREACHABLE\n", run.out());
    assertTrue(run.err().contains("Connection refused"), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void aFileForASecuredServerThatCannotBeUsedIsOneClearLine(@TempDir Path folder)
      throws IOException {
    String missing = folder.resolve("missing").toString();
    String empty = Files.createFile(folder.resolve("empty")).toString();
    String tokens = Files.writeString(folder.resolve("tokens"), "orders: 0123\n").toString();

    isRefused("cannot be used: there is no file " + missing, "--tls-ca", missing);
    isRefused(empty + " contains no certificate", "--tls-ca", empty);
    isRefused("there is no file " + missing, "--tls-cert", missing, "--tls-key", missing);
    isRefused("--token-file: " + missing + " does not exist", "--token-file", missing);
    isRefused("--token-file: " + empty + " is empty", "--token-file", empty);
    isRefused(tokens + " must contain a token and nothing else", "--token-file", tokens);
    CommandRun health = run("health", "--tls-ca", missing);
    assertEquals(ExitCode.FAILED, health.exitCode(), health.err());
    assertEquals(1, health.err().lines().count(), health.err());
  }

  @Test
  void aTokenLeavesTheMachineOnlyWithTlsOrWithConsent(@TempDir Path folder) throws IOException {
    String file = Files.writeString(folder.resolve("token"), "aether_1").toString();
    // Nobody answers at an address that is reserved for documentation.
    for (String[] elsewhere :
        List.of(
            new String[] {"latest", "a", "--server", "192.0.2.1:1", "--token-file", file},
            new String[] {
              "latest", "a", "--server", "127.0.0.1:1,no.such.host:1", "--token-file", file
            })) {
      CommandRun refused = CommandRun.of(elsewhere);
      assertEquals(ExitCode.USAGE, refused.exitCode(), refused.err());
      assertTrue(refused.err().contains("would be sent in plain text"), refused.err());
      assertTrue(refused.err().contains("--insecure-token"), refused.err());
    }
    assertEquals(
        ExitCode.USAGE,
        CommandRun.withEnvironment(
                Map.of("AETHER_TOKEN", "aether_1"), "latest", "a", "--server", "192.0.2.1:1")
            .exitCode());
    for (String[] accepted :
        List.of(
            new String[] {"latest", "a", "--server", "127.0.0.1:1", "--token-file", file},
            new String[] {"latest", "a", "--server", "localhost:1", "--token-file", file},
            new String[] {
              "latest", "a", "--server", "0.0.0.0:1", "--insecure-token", "--token-file", file
            },
            new String[] {"latest", "a", "--server", "0.0.0.0:1", "--tls", "--token-file", file})) {
      CommandRun sent = CommandRun.of(accepted);
      assertEquals(ExitCode.UNREACHABLE, sent.exitCode(), sent.err());
    }
  }

  @Test
  void aTokenFileThatAllUsersCanReadIsAWarning(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "aether_1");
    for (String permissions : List.of("rw-r--r--", "rw-r-----")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

      CommandRun run = run("latest", "a", "--token-file", file.toString());

      assertEquals(ExitCode.DONE, run.exitCode(), run.err());
      assertEquals(
          permissions.endsWith("r--"),
          run.err()
              .equals(
                  "aether: all users can read the token in %s: run chmod 600 %s\n"
                      .formatted(file, file)),
          run.err());
    }
  }

  @Test
  void aClientThatDoesNotTrustTheServerOrUsesPlainTextIsToldWhichOptionHelps(@TempDir Path folder) {
    TestCertificates certificates = new TestCertificates(folder);
    certificates.authority("ca");
    Path other = certificates.authority("other");
    TestCertificates.Pair own = certificates.issue("ca", "own", "node", "ip:127.0.0.1", 10);
    SecurityConfig security =
        new SecurityConfig(
            Optional.of(new SecurityConfig.Tls(own.certificate(), own.key(), Optional.empty())),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    try (AetherServer secured =
        AetherServer.start(ServerConfig.on(new StoreChoice.Memory()).withSecurity(security))) {
      String address = Nodes.text(secured.grpcAddress());

      CommandRun plain = CommandRun.of("latest", "a", "--server", address);
      CommandRun wrong =
          CommandRun.of("latest", "a", "--server", address, "--tls-ca", other.toString());

      assertEquals(ExitCode.UNREACHABLE, plain.exitCode(), plain.err());
      assertTrue(plain.err().contains("connect with --tls-ca or --tls"), plain.err());
      assertEquals(ExitCode.UNREACHABLE, wrong.exitCode(), wrong.err());
      assertTrue(wrong.err().contains("--tls-ca must name the authority"), wrong.err());
    }
  }

  private void isRefused(String reason, String... flags) {
    CommandRun run =
        run(Stream.concat(Stream.of("latest", "a"), Stream.of(flags)).toArray(String[]::new));

    assertEquals(ExitCode.FAILED, run.exitCode(), run.err());
    assertTrue(run.err().contains(reason), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void aServerOutOfReachEndsWith4() {
    String nowhere = address();
    server.close();

    for (String[] args :
        List.of(
            new String[] {"latest", "a"},
            new String[] {"events", "a"},
            new String[] {"save", "--actor", "a", "--type", "T"},
            new String[] {"health"})) {
      String[] all =
          Stream.concat(Stream.of(args), Stream.of("--server", nowhere)).toArray(String[]::new);
      assertEquals(ExitCode.UNREACHABLE, CommandRun.of(all).exitCode(), args[0]);
    }
  }

  @Test
  void aReaderThatHasSeenEnoughIsNoFailure() {
    whatOutputsFailureGives("Broken pipe", ExitCode.DONE);
  }

  @Test
  void anOutputThatCanNotBeWrittenIsAFailure() {
    whatOutputsFailureGives("No space left on device", ExitCode.FAILED);
  }

  private void whatOutputsFailureGives(String reason, int exitCode) {
    done("save", "--actor", "a", "--type", "T");
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(reason);
          }
        };
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            broken,
            new PrintStream(OutputStream.nullOutputStream()),
            file -> false);

    for (String[] args :
        List.of(withServer("events", "a"), withServer("subscribe", "--start", "beginning"))) {
      assertEquals(exitCode, CommandLines.create(terminal, Map.of()).execute(args), args[0]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775806, 9223372036854775807",
    "9223372036854775807, 9223372036854775808",
    "9223372036854775808, 9223372036854775809",
    "18446744073709551614, 18446744073709551615",
  })
  void versionsAreUnsignedFromEndToEnd(String expected, String attempted) {
    done("save", "--actor", "a", "--type", "T");

    assertEquals(
        "{\"actorId\":\"a\",\"currentVersion\":1,\"attemptedVersion\":%s}\n".formatted(attempted),
        run("save", "--actor", "a", "--type", "T", "--expect", expected).err());
    assertEquals("", done("events", "a", "--from", expected, "--to", attempted).out());
    assertEquals(1, done("events", "a", "--to", expected, "--max", expected).lines().size());
    assertEquals(
        ExitCode.USAGE, run("events", "a", "--from", attempted, "--to", expected).exitCode());
    String ahead = run("snapshot", "save", "a", "--version", expected, "--state", "1").err();
    assertTrue(ahead.contains(" " + expected), ahead);
    String line =
        "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"version\":%s}".formatted(expected);
    String imported = CommandRun.withInput(line, withServer("import", "-")).err();
    assertTrue(imported.contains("has version " + expected + " but would get 2"), imported);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "+1", "18446744073709551616", "1.0", "1e3", "", "x"})
  void whatIsNoVersionIsRefusedAtOnce(String version) {
    assertEquals(
        ExitCode.USAGE, run("save", "--actor", "a", "--type", "T", "--expect", version).exitCode());
    assertEquals(ExitCode.USAGE, run("events", "a", "--from=" + version).exitCode());
    assertEquals(
        ExitCode.USAGE,
        run("snapshot", "save", "a", "--version=" + version, "--state", "1").exitCode());
  }

  @Test
  void anUnknownOutcomeEndsWith5AndTheLineToRunNext() {
    int port = server.grpcAddress().getPort();
    // The greeting takes about 130 bytes; the cut is in the request, or after it.
    try (CuttingProxy proxy = new CuttingProxy(port, () -> 300, new AtomicLong())) {
      CommandRun run =
          CommandRun.of("save", "--actor", "it's a", "--type", "T", "--server", proxy.endpoint());

      assertEquals(ExitCode.OUTCOME_UNKNOWN, run.exitCode(), run.err());
      assertEquals("", run.out());
      assertTrue(run.err().startsWith("aether: outcome unknown: "), run.err());
      Matcher next =
          Pattern.compile(
                  "Run this next:\n  aether save --actor 'it'\\\\''s a' --type T --server "
                      + Pattern.quote(proxy.endpoint())
                      + " --commit-id (\\S+)\n")
              .matcher(run.err());
      assertTrue(next.find(), run.err());
      String[] again = {"save", "--actor", "it's a", "--type", "T", "--commit-id", next.group(1)};
      done(again);
      assertEquals(true, json(done(again)).get("replayed").getAsBoolean());
      assertEquals(List.of(1L), versions("events", "it's a"));

      CommandRun create = CommandRun.of("namespaces", "create", "n", "--server", proxy.endpoint());
      assertEquals(ExitCode.OUTCOME_UNKNOWN, create.exitCode(), create.err());
      assertTrue(
          create
              .err()
              .endsWith(
                  "Run this next:\n  aether namespaces get n --server " + proxy.endpoint() + "\n"),
          create.err());
    }
  }

  private List<Long> versions(String... args) {
    return done(args).lines().stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject().get("version").getAsLong())
        .toList();
  }

  private CommandRun done(String... args) {
    CommandRun run = run(args);
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run;
  }

  private CommandRun run(String... args) {
    return CommandRun.of(withServer(args));
  }

  private String[] withServer(String... args) {
    return Stream.concat(Stream.of(args), Stream.of("--server", address())).toArray(String[]::new);
  }

  private String address() {
    return Nodes.text(server.grpcAddress());
  }

  private static JsonObject json(CommandRun run) {
    assertEquals(1, run.lines().size(), run.out());
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }
}
