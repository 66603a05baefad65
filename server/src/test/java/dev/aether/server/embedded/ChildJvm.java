package dev.aether.server.embedded;

import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Another JVM with a private nats-server, for tests to kill. */
final class ChildJvm implements AutoCloseable {
  private static final Duration START_BOUND = Duration.ofSeconds(60);

  private final Process process;
  final long natsPid;
  final int natsPort;

  private ChildJvm(Process process, long natsPid, int natsPort) {
    this.process = process;
    this.natsPid = natsPid;
    this.natsPort = natsPort;
  }

  /** Returns when its nats-server is ready. */
  static ChildJvm start(Path dataFolder) throws IOException {
    Path log = dataFolder.resolve("child.log");
    Path answer = dataFolder.resolve("child.answer");
    Process process =
        new ProcessBuilder(
                command(
                    List.of("-Xmx64m"),
                    ChildJvm.class,
                    TestNatsBinary.get().path().toString(),
                    dataFolder.toString(),
                    answer.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    String line =
        Await.value(
            "the child JVM's nats-server",
            START_BOUND,
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError("the child JVM ended:\n" + read(log));
              }
              return Files.exists(answer) ? Optional.of(read(answer)) : Optional.empty();
            });
    String[] numbers = line.split(" ", -1);
    return new ChildJvm(process, Long.parseLong(numbers[0]), Integer.parseInt(numbers[1]));
  }

  /** The command that runs a class of the tests in a JVM of its own. */
  static List<String> command(List<String> options, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String read(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      return String.join("\n", reader.lines().toList());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** SIGKILL: no hook and no finally of it runs. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Starts a nats-server, says its process id and port in a file, and waits to be killed. */
  public static void main(String[] args) throws Exception {
    NatsServerBinary binary = NatsServerBinary.find(Optional.of(Path.of(args[0])));
    NatsServerProcess server = NatsServerProcess.start(binary, Path.of(args[1]));
    Path answer = Path.of(args[2]);
    Path draft = answer.resolveSibling("draft");
    Files.writeString(draft, server.pid() + " " + server.port());
    Files.move(draft, answer);
    new CountDownLatch(1).await();
  }
}
