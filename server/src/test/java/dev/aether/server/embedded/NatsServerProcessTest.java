package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsBinary;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamConfiguration;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@SuppressWarnings("try") // jnats connections may throw InterruptedException when closed
class NatsServerProcessTest {
  private static final Duration RESTART_BOUND = Duration.ofSeconds(20);
  private static final Duration END_BOUND = Duration.ofSeconds(20);

  private final Path data;

  NatsServerProcessTest(@TempDir Path data) {
    this.data = data;
  }

  @Test
  void itIsReadyWhenStartReturns() throws Exception {
    try (NatsServerProcess server = start()) {
      assertTrue(server.isReady());
      try (Connection connection = Nats.connect(server.url())) {
        assertEquals(4 * 1024 * 1024, connection.getMaxPayload());
        assertTrue(connection.getServerInfo().isJetStreamAvailable());
        assertEquals(
            TestNatsBinary.get().version().toString(), connection.getServerInfo().getVersion());
      }
    }
  }

  @Test
  void itTakesNobodyWithoutThePassword() {
    try (NatsServerProcess server = start()) {
      Options options =
          Options.builder()
              .server("nats://127.0.0.1:" + server.port())
              .noReconnect()
              .errorListener(new ErrorListener() {})
              .build();
      assertThrows(AuthenticationException.class, () -> Nats.connect(options));
      assertFalse(server.toString().contains(password(server)));
    }
  }

  private static String password(NatsServerProcess server) {
    return server.url().replaceAll(".*:(.*)@.*", "$1");
  }

  @Test
  void onlyTheOwnerMayReadItsPassword() throws Exception {
    try (NatsServerProcess server = start()) {
      Path config = data.resolve("nats/server.conf");
      assertTrue(Files.readString(config).contains(password(server)));
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(config)));
    }
  }

  @Test
  void itsConfigSyncsAlwaysAndKeepsAReserveOfTheDisk() throws Exception {
    long free = Files.getFileStore(data).getUsableSpace();
    try (NatsServerProcess server = start()) {
      assertTrue(server.isReady());
      assertTrue(
          Files.readString(data.resolve("nats/server.conf")).contains("sync_interval: always"));
      long limit =
          Files.readAllLines(data.resolve("nats/server.conf")).stream()
              .filter(line -> line.contains("max_file_store"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElseThrow();
      assertTrue(limit > free / 10 * 7 && limit < free / 100 * 99, limit + " of " + free);
    }
  }

  @Test
  void aClosedServerIsGoneAndItsDataIsThereForTheNext() throws Exception {
    long pid;
    int port;
    try (NatsServerProcess server = start()) {
      pid = server.pid();
      port = server.port();
      publish(server);
    }
    assertFalse(runs(pid));
    assertTrue(NatsInfo.of(port).isEmpty());
    try (NatsServerProcess server = start()) {
      assertEquals(1, messages(server));
    }
  }

  @Test
  void aKilledServerIsStartedAgainOnTheSamePortWithItsData() throws Exception {
    try (NatsServerProcess server = start()) {
      String url = server.url();
      publish(server);
      try (Connection connected = Nats.connect(reconnecting(url))) {
        long killed = server.pid();

        kill(killed);
        awaitRestart(server, 1);

        assertNotEquals(killed, server.pid());
        assertEquals(url, server.url());
        assertEquals(1, messages(server));
        Await.until(
            "the client to reconnect",
            RESTART_BOUND,
            () -> connected.getStatus() == Connection.Status.CONNECTED);
      }
    }
  }

  /** Otherwise a commit would count as stored that a power failure can still take away. */
  @Test
  void whatAKilledServerWroteIsSyncedBeforeTheNextReadsIt() throws Exception {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UnsyncedFiles.class);
    Level before = logger.getLevel();
    logger.setLevel(Level.DEBUG);
    logger.addAppender(log);
    try (NatsServerProcess server = start()) {
      publish(server);
      kill(server.pid());
      awaitRestart(server, 1);
    } finally {
      logger.detachAppender(log);
      logger.setLevel(before);
    }

    List<String> lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    // More than two if another program took the port at first.
    assertTrue(lines.size() >= 2, lines::toString);
    assertTrue(lines.get(0).startsWith("synced 0 files"), lines::toString);
    assertTrue(lines.get(lines.size() - 1).matches("synced [1-9]\\d* files.*"), lines::toString);
  }

  @Test
  void aServerThatIsKilledAgainAndAgainComesBack() throws Exception {
    try (NatsServerProcess server = start()) {
      for (int i = 1; i <= 4; i++) {
        kill(server.pid());
        awaitRestart(server, i);
      }
    }
  }

  @Test
  void aServerWhoseSupervisorIsKilledIsReplaced() throws Exception {
    try (NatsServerProcess server = start()) {
      long orphan = server.pid();
      publish(server);

      kill(ProcessHandle.of(orphan).orElseThrow().parent().orElseThrow().pid());
      awaitRestart(server, 1);

      assertFalse(runs(orphan));
      assertEquals(1, messages(server));
    }
  }

  /** Its thread waits with the restart's first log line, which is that of syncing files. */
  private static final class HeldLaunch extends AppenderBase<ILoggingEvent> {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayGoOn = new CountDownLatch(1);

    @Override
    protected void append(ILoggingEvent line) {
      begun.countDown();
      try {
        assertTrue(mayGoOn.await(RESTART_BOUND.toSeconds(), TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void aServerThatIsClosedWhileItIsStartedAgainIsGone() throws Exception {
    HeldLaunch launch = new HeldLaunch();
    launch.start();
    Logger logger = (Logger) LoggerFactory.getLogger(UnsyncedFiles.class);
    Level before = logger.getLevel();
    NatsServerProcess server = start();
    Thread closing = new Thread(server::close, "closing");
    try {
      logger.setLevel(Level.DEBUG);
      logger.addAppender(launch);
      kill(server.pid());
      assertTrue(launch.begun.await(RESTART_BOUND.toSeconds(), TimeUnit.SECONDS));
      closing.start();
      Await.until(
          "close to wait for the watch thread",
          END_BOUND,
          () -> closing.getState() == Thread.State.TIMED_WAITING);
      launch.mayGoOn.countDown();
      closing.join(END_BOUND.toMillis());

      assertFalse(closing.isAlive());
      assertFalse(runs(server.pid()));
    } finally {
      logger.detachAppender(launch);
      logger.setLevel(before);
      launch.mayGoOn.countDown();
      closing.join();
      ProcessHandle.of(server.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    start().close();
  }

  @Test
  void aServerThatAnInterruptedThreadClosesEndsInOrder() throws Exception {
    NatsServerProcess server = start();
    long pid = server.pid();
    CompletableFuture<Boolean> wasInterrupted = new CompletableFuture<>();
    Thread closing =
        new Thread(
            () -> {
              Thread.currentThread().interrupt();
              server.close();
              wasInterrupted.complete(Thread.interrupted());
            },
            "closing");
    try {
      signal("STOP", pid);
      closing.start();
      Await.until(
          "close to wait for nats-server",
          END_BOUND,
          () -> closing.getState() == Thread.State.TIMED_WAITING);
      closing.interrupt();
    } finally {
      signal("CONT", pid);
    }
    assertTrue(wasInterrupted.get(END_BOUND.toSeconds(), TimeUnit.SECONDS));
    String log = Files.readString(data.resolve("nats/nats-server.log"));
    assertTrue(log.contains("Server Exiting"), log);
  }

  @Test
  void restartReplacesARunningServer() throws Exception {
    try (NatsServerProcess server = start()) {
      publish(server);
      long before = server.pid();

      server.restart("the test wants it");
      awaitRestart(server, 1);

      assertFalse(runs(before));
      assertEquals(1, messages(server));
    }
  }

  @Test
  void theServerEndsWithAKilledJvm() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(data)) {
      assertTrue(runs(jvm.natsPid));

      jvm.kill();

      Await.until("nats-server to end", END_BOUND, () -> !runs(jvm.natsPid));
      Await.until("its port to close", END_BOUND, () -> NatsInfo.of(jvm.natsPort).isEmpty());
      Await.until("its supervisor to end", END_BOUND, () -> supervisors().isEmpty());
    }
  }

  @Test
  void theServerEndsWhenTheSupervisorIsKilledAndThenTheJvm() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(data)) {
      long supervisor = ProcessHandle.of(jvm.natsPid).orElseThrow().parent().orElseThrow().pid();
      signal("STOP", jvm.pid()); // so that the JVM cannot see the supervisor's death

      kill(supervisor);
      jvm.kill();

      Await.until("nats-server to end", END_BOUND, () -> !runs(jvm.natsPid));
      Await.until("its supervisor to end", END_BOUND, () -> supervisors().isEmpty());
    }
  }

  @Test
  void aStopSignalForTheJvmsProcessGroupLeavesTheServerToTheJvm() throws Exception {
    try (NatsServerProcess server = start()) {
      ProcessHandle supervisor =
          ProcessHandle.of(server.pid()).orElseThrow().parent().orElseThrow();
      signal("INT", supervisor.pid());
      signal("TERM", supervisor.pid());
      signal("HUP", supervisor.pid());
      assertNotEquals(processGroup(ProcessHandle.current().pid()), processGroup(server.pid()));
      assertTrue(supervisor.isAlive());
      assertTrue(runs(server.pid()));
      assertEquals(0, server.restarts());
    }
  }

  @Test
  void aNewAetherFollowsAKilledOneAtOnce() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(data)) {
      jvm.kill();
      try (NatsServerProcess server = start()) {
        publish(server);
        assertFalse(runs(jvm.natsPid));
      }
    }
  }

  @Test
  void anOrphanIsEndedBeforeTheNextServerStarts() throws Exception {
    Process orphan = startOrphan();
    try (NatsServerProcess server = start()) {
      assertTrue(
          orphan.waitFor(END_BOUND.toSeconds(), TimeUnit.SECONDS)); // until this JVM has noticed
      assertEquals(1, messages(server));
    } finally {
      orphan.destroyForcibly();
    }
  }

  @Test
  void anOrphanThatDoesNotEndIsKilled() throws Exception {
    Process orphan = startOrphan();
    try {
      signal("STOP", orphan.pid()); // it takes no SIGTERM any more
      OrphanedServer.end(data.toRealPath().resolve("nats/server.conf"), Duration.ofMillis(200));
      assertTrue(
          orphan.waitFor(END_BOUND.toSeconds(), TimeUnit.SECONDS)); // until this JVM has noticed
    } finally {
      orphan.destroyForcibly();
    }
  }

  /** Without any supervisor, as if that had been killed together with its Aether. */
  private Process startOrphan() throws Exception {
    try (NatsServerProcess server = start()) {
      publish(server);
    }
    Path config = data.toRealPath().resolve("nats/server.conf");
    return new ProcessBuilder(TestNatsBinary.get().path().toString(), "-c", config.toString())
        .start();
  }

  @Test
  void anotherServersProcessIsNotTakenForAnOrphan() throws Exception {
    try (NatsServerProcess server = start();
        NatsServerProcess other =
            NatsServerProcess.start(TestNatsBinary.get(), data.resolve("other"))) {
      assertTrue(runs(server.pid()));
      assertEquals(0, server.restarts());
      assertTrue(other.isReady());
    }
  }

  @Test
  void aFolderInUseByThisProcessIsRefusedAndStaysLocked() throws Exception {
    try (NatsServerProcess server = start()) {
      for (int i = 0; i < 2; i++) {
        EmbeddedNatsException refusal = assertThrows(EmbeddedNatsException.class, this::start);
        assertTrue(refusal.getMessage().contains("in use"), refusal.getMessage());
      }
      assertTrue(server.isReady());
    }
    start().close();
  }

  @Test
  void aFolderInUseByAnotherProcessIsRefusedAndItsProcessNamed() throws Exception {
    try (ChildJvm jvm = ChildJvm.start(data)) {
      EmbeddedNatsException refusal = assertThrows(EmbeddedNatsException.class, this::start);
      assertTrue(refusal.getMessage().contains(data.toString()), refusal.getMessage());
      assertTrue(
          refusal.getMessage().contains("(process " + jvm.pid() + ")"), refusal.getMessage());
      assertTrue(runs(jvm.natsPid));
    }
  }

  @Test
  void aFileInPlaceOfTheFolderIsRefused() throws Exception {
    Path file = Files.writeString(data.resolve("file"), "");
    assertRefused(file, file + " is not a folder");
  }

  @Test
  void aFolderThatCannotBeMadeIsRefused() throws Exception {
    Path inFile = Files.writeString(data.resolve("file"), "").resolve("data");
    assertRefused(inFile, inFile + " cannot be created");
  }

  @Test
  void aFolderThatCannotBeWrittenToIsRefused() throws Exception {
    // A folder where the lock file should be refuses the superuser, too, who runs some of our
    // tests.
    Files.createDirectory(data.resolve("aether.lock"));
    assertRefused(data, data + " cannot be written to");
  }

  private static void assertRefused(Path folder, String message) {
    EmbeddedNatsException refusal =
        assertThrows(
            EmbeddedNatsException.class,
            () -> NatsServerProcess.start(TestNatsBinary.get(), folder));
    assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
  }

  @Test
  void aServerThatEndsWhileStartingIsReportedWithItsLastLines() throws Exception {
    Files.createDirectory(data.resolve("nats"));
    Files.writeString(data.resolve("nats/jetstream"), "a file where its store should be");
    EmbeddedNatsException refusal = assertThrows(EmbeddedNatsException.class, this::start);
    assertTrue(refusal.getMessage().contains("exited while starting"), refusal.getMessage());
    assertTrue(
        refusal.getMessage().contains("storage directory is not a directory"),
        refusal.getMessage());

    Files.delete(data.resolve("nats/jetstream"));
    start().close();
  }

  private NatsServerProcess start() {
    return NatsServerProcess.start(TestNatsBinary.get(), data);
  }

  private static void awaitRestart(NatsServerProcess server, int times) {
    Await.until(
        "restart " + times, RESTART_BOUND, () -> server.restarts() == times && server.isReady());
  }

  private static void publish(NatsServerProcess server) throws Exception {
    try (Connection connection = Nats.connect(server.url())) {
      connection
          .jetStreamManagement()
          .addStream(StreamConfiguration.builder().name("s").subjects("s").build());
      connection.jetStream().publish("s", new byte[] {1});
    }
  }

  private static long messages(NatsServerProcess server) throws Exception {
    try (Connection connection = Nats.connect(server.url())) {
      return connection.jetStreamManagement().getStreamInfo("s").getStreamState().getMsgCount();
    }
  }

  private static Options reconnecting(String url) {
    return Options.builder()
        .server(url)
        .maxReconnects(-1)
        .reconnectWait(Duration.ofMillis(20))
        .errorListener(new ErrorListener() {})
        .build();
  }

  private static void kill(long pid) {
    assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
  }

  private static void signal(String name, long pid) throws Exception {
    assertEquals(
        0, new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid).start().waitFor());
  }

  private static String processGroup(long pid) throws Exception {
    Process ps = new ProcessBuilder("ps", "-o", "pgid=", "-p", "" + pid).start();
    return new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private static boolean runs(long pid) {
    return ProcessHandle.of(pid).map(Processes::isRunning).orElse(false);
  }

  /** The shells that stand between a JVM and a nats-server on this test's folder. */
  private List<ProcessHandle> supervisors() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .map(arguments -> String.join(" ", arguments).contains(data.toString()))
                    .orElse(false))
        .filter(process -> process.info().command().orElse("").endsWith("sh"))
        .toList();
  }
}
