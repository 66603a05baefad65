package dev.aether.bench.process;

import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node from the built jar, on free ports. Not thread-safe; ends with this JVM. */
public final class AetherProcess implements AutoCloseable {
  static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(20);
  private static final Pattern READY = Pattern.compile("aether is ready: gRPC on (\\S+), HTTP on");

  private final Path log;
  private final TetheredProcess process;
  private final String address;

  /**
   * Starts the node and waits until it is ready.
   *
   * @param folder the folder for its log, which is created if missing
   * @param javaOptions such as {@code -Xmx512m}
   * @param store the options for its store
   */
  public AetherProcess(Path jar, Path folder, List<String> javaOptions, List<String> store)
      throws IOException {
    Files.createDirectories(folder);
    log = Files.createTempFile(folder, "aether-", ".log");
    process = TetheredProcess.start(command(jar, javaOptions, store), log, END_WITHIN);
    Waiting.until("aether to be ready; its log is " + log, READY_WITHIN, () -> ready().isPresent());
    address = ready().orElseThrow();
  }

  static List<String> command(Path jar, List<String> javaOptions, List<String> store) {
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(javaOptions);
    command.addAll(List.of("-jar", jar.toString(), "serve"));
    command.addAll(List.of("--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"));
    command.addAll(store);
    return command;
  }

  private Optional<String> ready() {
    if (!process.isAlive()) {
      throw new IllegalStateException("aether has exited; its log is " + log);
    }
    try {
      Matcher ready = READY.matcher(Files.readString(log));
      return ready.find() ? Optional.of(ready.group(1)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** HOST:PORT of its gRPC server. */
  public String address() {
    return address;
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.end();
  }
}
