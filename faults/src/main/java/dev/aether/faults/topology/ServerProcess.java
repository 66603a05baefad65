package dev.aether.faults.topology;

import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/** A node or a nats-server that a run starts itself. It ends with this JVM. */
final class ServerProcess implements FaultyProcess {
  private static final Duration READY_WITHIN = Duration.ofSeconds(150);
  private static final Duration END_WITHIN = Duration.ofSeconds(30);

  private final String name;
  private final List<String> command;
  private final Path log;
  private final BooleanSupplier ready;
  private volatile TetheredProcess process;
  private volatile boolean started;

  /**
   * Starts it and blocks until it is ready.
   *
   * @param ready whether it serves, asked while it runs
   */
  ServerProcess(String name, List<String> command, Path log, BooleanSupplier ready) {
    this(name, command, log, ready, launch(command, log));
    awaitReady();
  }

  private ServerProcess(
      String name, List<String> command, Path log, BooleanSupplier ready, TetheredProcess process) {
    this.name = name;
    this.command = List.copyOf(command);
    this.log = log;
    this.ready = ready;
    this.process = process;
  }

  /** Starts it without waiting until it is ready, for servers that need each other. */
  static ServerProcess launched(
      String name, List<String> command, Path log, BooleanSupplier ready) {
    return new ServerProcess(name, command, log, ready, launch(command, log));
  }

  private static TetheredProcess launch(List<String> command, Path log) {
    try {
      return TetheredProcess.start(command, log, END_WITHIN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    boolean isReady = Waiting.within(READY_WITHIN, () -> !isUp() || ready.getAsBoolean());
    if (!isReady || !isUp()) {
      throw new IllegalStateException(
          isUp() ? name + " was not ready in time; its log: " + log : "at its start, " + ending());
    }
    started = true;
  }

  /** Whether it was ready since its last start. */
  boolean hasStarted() {
    return started;
  }

  long pid() {
    return process.pid();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Path log() {
    return log;
  }

  @Override
  public boolean isUp() {
    return process.isAlive();
  }

  @Override
  public String ending() {
    return String.format(
        Locale.ROOT,
        "%s ended with exit code %d%s; its log: %s",
        name,
        process.exitCode(),
        process.isProgramRunning() ? ", and its process is no longer watched" : "",
        log);
  }

  @Override
  public void kill() {
    started = false;
    process.kill();
  }

  @Override
  public void terminate() {
    started = false;
    process.end();
  }

  @Override
  public void suspend() {
    Signals.send("STOP", pid());
  }

  @Override
  public void resume() {
    Signals.send("CONT", pid());
  }

  @Override
  public void restart() {
    process = launch(command, log);
    awaitReady();
  }
}
