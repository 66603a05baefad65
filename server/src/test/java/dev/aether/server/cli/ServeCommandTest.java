package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsBinary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(120)
class ServeCommandTest {
  private static final Duration READY_BOUND = Duration.ofSeconds(60);
  private static final Pattern READY =
      Pattern.compile("aether is ready: gRPC on (\\S+), HTTP on (\\S+)\n");

  @Test
  void itIsReadyWhenItPrintsBothAddresses() throws Exception {
    try (Served served = new Served(Map.of(), "--memory")) {
      String address = served.grpcAddress();

      assertEquals(ExitCode.DONE, CommandRun.of("health", "--server", address).exitCode());
    }
  }

  @Test
  void theEnvironmentChoosesTheStoreWhereNoFlagDoes() throws Exception {
    try (Served served = new Served(Map.of("AETHER_MEMORY", "true", "AETHER_DATA", "/proc/x"))) {
      CommandRun saved =
          CommandRun.of("save", "--actor", "a", "--type", "T", "--server", served.grpcAddress());

      assertTrue(saved.out().contains("SYNC_MEMORY"), saved.out() + saved.err());
    }
  }

  @Test
  void theDataFolderKeepsWhatWasImportedOverARestart(@TempDir Path folder) throws Exception {
    String sample = sample();
    String[] embedded = {
      "--data",
      folder.resolve("data").toString(),
      "--nats-server",
      TestNatsBinary.get().path().toString()
    };
    try (Served served = new Served(Map.of(), embedded)) {
      CommandRun run = imported(sample, served.grpcAddress());
      assertTrue(run.err().startsWith("398 events imported, 0 already there, 54 "), run.err());
    }
    try (Served served = new Served(Map.of(), embedded)) {
      CommandRun run = imported(sample, served.grpcAddress());
      assertTrue(run.err().startsWith("0 events imported, 398 already there, 54 "), run.err());
    }
  }

  @Test
  void aPortThatIsTakenIsOneClearLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandRun run =
          CommandRun.of("serve", "--memory", "--listen", "127.0.0.1:" + taken.getLocalPort());

      assertEquals(ExitCode.FAILED, run.exitCode());
      assertEquals(
          "aether: cannot listen on 127.0.0.1:%d: Address already in use\n"
              .formatted(taken.getLocalPort()),
          run.err());
    }
  }

  @Test
  void anAddressThatOthersReachNeedsSecurityOrConsent() throws IOException {
    Logger logger = (Logger) LoggerFactory.getLogger(SecurityFlags.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    // On a port that is taken, so that nothing is served to anybody.
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String open = "0.0.0.0:" + taken.getLocalPort();
      CommandRun refused = CommandRun.of("serve", "--memory", "--listen", open);
      assertEquals(ExitCode.USAGE, refused.exitCode());
      assertTrue(refused.err().contains("can read, write and delete everything"), refused.err());
      assertTrue(refused.err().contains("--insecure"), refused.err());
      assertEquals(0, log.list.size());

      CommandRun http = CommandRun.of("serve", "--memory", "--http", open);
      assertEquals(ExitCode.USAGE, http.exitCode());
      assertTrue(http.err().contains("--http " + open), http.err());
      assertTrue(http.err().contains("what this node does, and read all events"), http.err());

      CommandRun accepted = CommandRun.of("serve", "--memory", "--insecure", "--listen", open);
      assertEquals(ExitCode.FAILED, accepted.exitCode(), accepted.err());
      assertEquals(1, log.list.size());
      String warning = log.list.get(0).getFormattedMessage();
      assertTrue(warning.contains("can read, write and delete everything"), warning);
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void optionsOfSecurityThatBelongTogetherAreAskedForTogether(@TempDir Path folder)
      throws IOException {
    String file = Files.createFile(folder.resolve("file")).toString();
    for (List<String> lonely :
        List.of(
            List.of("--tls-cert", file),
            List.of("--tls-key", file),
            List.of("--tls-client-ca", file),
            List.of("--tokens", file),
            List.of("--policy", file))) {
      List<String> command = new ArrayList<>(List.of("serve", "--memory"));
      command.addAll(lonely);
      CommandRun run = CommandRun.of(command.toArray(String[]::new));
      assertEquals(ExitCode.USAGE, run.exitCode(), lonely + ": " + run.err());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--tls-cert x, --tls-cert requires --tls-key",
    "--tls-key x, --tls-key requires --tls-cert",
    "--nats nats://h --nats-tls-cert x, --nats-tls-cert requires --nats-tls-key",
    "--nats nats://h --nats-password-file x, --nats-password-file requires --nats-user",
    "--nats-creds x, --nats-creds requires --nats URL",
    "--memory --nats-user x, --nats-user requires --nats URL",
    "--data x --nats-sync always, --nats-sync requires --nats URL",
    "--nats-tls-first, --nats-tls-first requires --nats URL",
    "--memory --otlp-headers-file x, --otlp-headers-file requires --otlp",
    "--memory --otlp-tls-ca x, --otlp-tls-ca requires --otlp",
    "--memory --otlp http://h --otlp-tls-ca x, --otlp-tls-ca requires an --otlp with https://",
  })
  void anOptionThatNeedsAnotherNamesIt(String flags, String message) {
    CommandRun run = CommandRun.of(("serve " + flags).split(" "));

    assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
    assertEquals("aether serve: " + message, run.err().lines().findFirst().orElseThrow());
  }

  @Test
  void aFileOfSecurityThatCannotBeUsedIsOneClearLine(@TempDir Path folder) throws IOException {
    Path policy = Files.writeString(folder.resolve("policy"), "token:a > write");
    Path tokens = Files.createFile(folder.resolve("tokens"));
    CommandRun run =
        CommandRun.of(
            "serve",
            "--memory",
            "--listen",
            "127.0.0.1:0",
            "--tokens",
            tokens.toString(),
            "--policy",
            policy.toString());
    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals(
        "aether: "
            + policy
            + ", line 1: \"write\" is not a right: use read, save, subscribe, publish, admin, monitor or all\n",
        run.err());
  }

  @Test
  void aFolderThatCanNotBeWrittenIsOneClearLine(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertFailsWith(
        file.toString(),
        "--data",
        file.toString(),
        "--nats-server",
        TestNatsBinary.get().path().toString());
  }

  @Test
  void aFolderOfNatsThatCanNotBeWrittenIsOneClearLine(@TempDir Path folder) throws IOException {
    // Nobody makes files there, the superuser neither, who runs some of our tests.
    Files.createSymbolicLink(folder.resolve("nats"), Path.of("/sys"));

    assertFailsWith(
        "/nats/server.conf.new: ",
        "--data",
        folder.toString(),
        "--nats-server",
        TestNatsBinary.get().path().toString());
  }

  @Test
  void aFileWhereTheFolderOfNatsShouldBeIsOneClearLine(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("nats"));

    assertFailsWith(
        file + ": a file with this name exists",
        "--data",
        folder.toString(),
        "--nats-server",
        TestNatsBinary.get().path().toString());
  }

  @Test
  void aParentThatIsAFileOrCanNotBeWrittenIsOneClearLine(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    String nats = TestNatsBinary.get().path().toString();

    assertFailsWith(
        file + "/a: Not a directory",
        "--data",
        file.resolve("a/b").toString(),
        "--nats-server",
        nats);
    assertFailsWith("/sys/aether: ", "--data", "/sys/aether/b", "--nats-server", nats);
  }

  @Test
  void aMissingNatsServerIsOneClearLine(@TempDir Path folder) {
    assertFailsWith(
        "/does/not/exist", "--data", folder.toString(), "--nats-server", "/does/not/exist");
  }

  @Test
  void aNatsOutOfReachIsOneClearLineAfterTheWait() {
    assertEndsWith(
        ExitCode.UNREACHABLE,
        "nats://127.0.0.1:1",
        "--nats",
        "nats://127.0.0.1:1",
        "--nats-wait",
        "200ms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--memory --data x",
        "--memory --nats nats://h",
        "--nats nats://h --data x",
        "--memory --replicas 2",
        "--memory --replicas 3",
        "--data x --replicas 3",
        "--replicas 3",
        "--memory --auto-create-limit 0",
        "--nats-wait 5",
        "--memory --no-auto-create=maybe",
        "--listen 7450",
      })
  void flagsThatMakeNoSenseEndWith2(String flags) {
    CommandRun run = CommandRun.of(("serve " + flags).split(" "));

    assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
  }

  private static void assertFailsWith(String word, String... flags) {
    assertEndsWith(ExitCode.FAILED, word, flags);
  }

  private static void assertEndsWith(int exitCode, String word, String... flags) {
    CommandRun run =
        CommandRun.of(
            Stream.concat(
                    Stream.of("serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"),
                    Stream.of(flags))
                .toArray(String[]::new));

    assertEquals(exitCode, run.exitCode(), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains(word), run.err());
  }

  private static CommandRun imported(String lines, String address) {
    CommandRun run = CommandRun.withInput(lines, "import", "-", "--server", address);
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run;
  }

  private static String sample() throws IOException {
    String name = "demo/receipt-sample.jsonl.gz";
    try (InputStream packed = CommandLines.class.getResourceAsStream(name);
        InputStream sample = new GZIPInputStream(packed)) {
      return new String(sample.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** A serve command on a thread of its own, which ends when it is interrupted. */
  private static final class Served implements AutoCloseable {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    Served(Map<String, String> environment, String... flags) {
      Terminal terminal =
          new Terminal(
              InputStream.nullInputStream(),
              out,
              new PrintStream(OutputStream.nullOutputStream()),
              file -> false);
      String[] args =
          Stream.concat(
                  Stream.of("serve", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"),
                  Stream.of(flags))
              .toArray(String[]::new);
      thread.execute(() -> CommandLines.create(terminal, environment).execute(args));
    }

    String grpcAddress() {
      return Await.value("the ready line", READY_BOUND, this::readyLine).group(1);
    }

    private Optional<Matcher> readyLine() {
      Matcher matcher = READY.matcher(out.toString(StandardCharsets.UTF_8));
      return matcher.matches() ? Optional.of(matcher) : Optional.empty();
    }

    @Override
    public void close() throws InterruptedException {
      thread.shutdownNow();
      assertTrue(thread.awaitTermination(READY_BOUND.toSeconds(), TimeUnit.SECONDS));
    }
  }
}
