package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SubscribeCommandTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
  private final AetherClient client = AetherClient.connect(address());
  private final ExecutorService background = Executors.newCachedThreadPool();

  @AfterEach
  void endServer() {
    client.close();
    server.close();
    background.shutdownNow();
  }

  @Test
  void theCursorFileMakesTheNextRunGoOn(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("cursor");
    String[] follow = {
      "--start", "beginning", "--until-caught-up", "--cursor-file", file.toString()
    };
    save("a", "b");

    assertEquals(List.of("a", "b"), actors(subscribe(follow).out()));
    CommandRun nothing = subscribe(follow);
    save("c");

    assertEquals("", nothing.out());
    assertTrue(nothing.err().contains("To continue: --cursor-file " + file), nothing.err());
    assertEquals(List.of("c"), actors(subscribe(follow).out()));
    String cursor = Files.readString(file).strip();
    assertEquals("", subscribe("--start", cursor, "--until-caught-up").out());
  }

  @Test
  void untilCaughtUpAloneGivesAllThatIsStored() {
    save("a", "b");

    assertEquals(List.of("a", "b"), actors(subscribe("--until-caught-up").out()));
  }

  @Test
  void aCursorFileThatIsOfAnotherPatternIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("cursor");
    subscribe("--cursor-file", file.toString(), "--until-caught-up");

    CommandRun run = subscribe("other.*", "--cursor-file", file.toString(), "--until-caught-up");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains(file.toString()), run.err());
    assertTrue(run.err().contains("Remove the file"), run.err());
  }

  @Test
  void aCursorFileInAMissingFolderIsRefusedBeforeAnythingIsPrinted(@TempDir Path folder) {
    Path file = folder.resolve("missing").resolve("cursor");

    CommandRun run = subscribe("--cursor-file", file.toString(), "--until-caught-up");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("", run.out());
    assertEquals(
        "aether: "
            + file
            + " cannot be written: the folder "
            + file.getParent()
            + " does not exist\n",
        run.err());
  }

  /** Runs {@code subscribe} until the test ends. */
  private Future<Integer> follow(OutputStream out, OutputStream err, String... args) {
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            file -> false);
    String[] all =
        Stream.concat(
                Stream.concat(Stream.of("subscribe"), Stream.of(args)),
                Stream.of("--server", address()))
            .toArray(String[]::new);
    return background.submit(() -> CommandLines.execute(terminal, Map.of(), all));
  }

  @Test
  void theCursorFileIsWrittenWhileItRunsAndCoversOnlyWhatWasPrinted(@TempDir Path folder) {
    Path file = folder.resolve("cursor");
    SlowOutput out = new SlowOutput();
    Future<Integer> run =
        follow(out, OutputStream.nullOutputStream(), "--cursor-file", file.toString());
    Await.until("the cursor file", SOON, () -> Files.exists(file));
    String before = read(file);

    save("a");
    Await.until("the first event printed", SOON, () -> out.text().contains("\"a\""));
    Await.until("another cursor", SOON, () -> !read(file).equals(before));
    out.hold();
    save("b");
    Await.until("the second event held", SOON, out::isHolding);
    String held = read(file);

    assertEquals(List.of("b"), actors(subscribe("--start", held, "--until-caught-up").out()));
    out.release();
    Await.until("a cursor after it", SOON, () -> !read(file).equals(held));
    assertFalse(run.isDone());
  }

  @Test
  void aCursorFileThatIsEmptyIsNoBeginning(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("cursor"));

    CommandRun run = subscribe("--cursor-file", file.toString(), "--until-caught-up");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("aether: " + file + " is empty: remove it to start at --start\n", run.err());
  }

  @Test
  void aStartThatIsNoCursorIsASlipAndOneOfAnotherStoreIsTheServersToRefuse() {
    CommandRun slip = subscribe("--start", "bogus");

    assertEquals(ExitCode.USAGE, slip.exitCode());
    assertTrue(
        slip.err().contains("'bogus' is neither live nor beginning nor a cursor"), slip.err());
    String elsewhere;
    try (AetherServer other = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()))) {
      CommandRun run =
          CommandRun.of(
              "subscribe", "--until-caught-up", "--server", Nodes.text(other.grpcAddress()));
      // That nothing matches yet may be said before or after it.
      elsewhere = run.err().replaceFirst("(?s).*--start (\\S+).*", "$1");
    }
    CommandRun refused = subscribe("--start", elsewhere);
    assertEquals(ExitCode.FAILED, refused.exitCode());
    assertTrue(refused.err().contains("issued by another store"), refused.err());
  }

  @Test
  void aPatternThatNothingMatchesYetIsToldAndWaitedFor() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Future<Integer> run = follow(out, err, "shop.*", "--start", "beginning");
    Await.until(
        "the hint",
        SOON,
        () ->
            err.toString(StandardCharsets.UTF_8)
                .equals("aether: no namespace matches shop.* yet\n"));

    client.save(
        SaveCommand.builder("a", ExpectedVersion.any())
            .namespace("shop.x")
            .event(NewEvent.json("T", "1"))
            .build());

    Await.until("the event", SOON, () -> out.toString(StandardCharsets.UTF_8).contains("\"a\""));
    assertFalse(run.isDone());
  }

  @Test
  void aNamespaceThatIsDeletedIsToldOnStandardError() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    save("a");
    Future<Integer> run = follow(out, err, ">", "--start", "beginning");
    Await.until("the event", SOON, () -> out.toString(StandardCharsets.UTF_8).contains("\"a\""));

    client.namespaces().delete("default");

    Await.until(
        "the news",
        SOON,
        () ->
            err.toString(StandardCharsets.UTF_8)
                .contains("aether: namespace \"default\" was deleted"));
    assertFalse(run.isDone());
  }

  @Test
  void aNodeThatIsNotThereIsPassedOver() {
    save("a");

    CommandRun run =
        CommandRun.of(
            "subscribe",
            "--start",
            "beginning",
            "--until-caught-up",
            "--server",
            "127.0.0.1:1," + address());

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals(List.of("a"), actors(run.out()));
  }

  private void save(String... actors) {
    for (String actor : actors) {
      client.save(actor, ExpectedVersion.any(), NewEvent.json("T", "1"));
    }
  }

  private CommandRun subscribe(String... args) {
    List<String> all = new ArrayList<>(List.of("subscribe"));
    all.addAll(List.of(args));
    all.addAll(List.of("--server", address()));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static List<String> actors(String lines) {
    return lines
        .lines()
        .map(line -> line.replaceFirst(".*\"actorId\":\"([^\"]*)\".*", "$1"))
        .toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String address() {
    return Nodes.text(server.grpcAddress());
  }

  /** An output whose reader can stop reading. */
  private static final class SlowOutput extends OutputStream {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private boolean held;
    private boolean holding;

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      while (held) {
        holding = true;
        try {
          wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      written.write(bytes, offset, length);
    }

    synchronized String text() {
      return written.toString(StandardCharsets.UTF_8);
    }

    synchronized void hold() {
      held = true;
    }

    synchronized boolean isHolding() {
      return holding;
    }

    synchronized void release() {
      held = false;
      notifyAll();
    }
  }
}
