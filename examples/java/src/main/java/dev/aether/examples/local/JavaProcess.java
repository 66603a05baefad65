package dev.aether.examples.local;

import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs a main class of this class path in a separate process, which can be killed. Used by one
 * thread at a time; the process ends with this JVM.
 */
public final class JavaProcess implements Killable, TemporaryFolder.User {
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  private final String name;
  private final Path log;
  private final List<String> command = new ArrayList<>();
  private @Nullable TetheredProcess process;

  /**
   * Creates a process that is not started yet.
   *
   * @param name for messages
   * @param log the file to which its output is appended
   * @param main the main class
   * @param arguments its arguments
   */
  public JavaProcess(String name, Path log, Class<?> main, List<String> arguments) {
    this.name = name;
    this.log = log;
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void start() {
    try {
      process = TetheredProcess.start(command, log, END_WITHIN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void kill() {
    if (process != null) {
      process.kill();
    }
  }

  /** Whether the process is running. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  @Override
  public void close() {
    if (process != null) {
      process.end();
    }
  }
}
