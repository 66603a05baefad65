package dev.aether.server.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program that ends when this JVM ends, also when the JVM is killed by SIGKILL and no hook of it
 * runs.
 *
 * <p>A small shell script stands between. The JVM holds the writing end of a pipe that the script
 * reads; the operating system closes it with the JVM, and at its end the script sends the program
 * SIGTERM and after a grace time SIGKILL. The script has two processes: one waits for the program
 * and passes its exit code on, the other reads the pipe. If the first is killed, the JVM sees that
 * exit, closes the pipe, and the second ends the program. The program runs in a session or process
 * group of its own, so that Ctrl-C in a terminal reaches the JVM alone, which then ends things in
 * its order.
 *
 * <p>Safe for use from several threads.
 */
public final class TetheredProcess {

  /**
   * $1 grace seconds, $2 file for the program's output, then the program. Prints the program's
   * process id.
   */
  private static final String SCRIPT =
      """
      grace=$1 output=$2
      shift 2
      trap '' HUP INT TERM
      exec 3<&0 </dev/null
      if command -v setsid >/dev/null 2>&1; then
        (trap - HUP INT TERM; exec 3<&- setsid "$@") >>"$output" 2>&1 &
      else
        set -m
        (trap - HUP INT TERM; exec 3<&- "$@") >>"$output" 2>&1 &
        set +m
      fi
      program=$!
      (
        while read -r _ <&3; do :; done
        kill -TERM "$program"
        while [ "$grace" -gt 0 ] && kill -0 "$program"; do
          grace=$((grace - 1))
          sleep 1
        done
        kill -KILL "$program"
      ) >/dev/null 2>&1 &
      reader=$!
      exec 3<&-
      echo "$program"
      wait "$program"
      code=$?
      kill -KILL "$reader"
      exit "$code"
      """;

  private static final Duration SCRIPT_START_BOUND = Duration.ofSeconds(10);
  private static final Duration KILL_BOUND = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(5);

  private final Process script;
  private final ProcessHandle program;
  private final Duration grace;

  private TetheredProcess(Process script, ProcessHandle program, Duration grace) {
    this.script = script;
    this.program = program;
    this.grace = grace;
  }

  /**
   * Starts the program and returns when it has a process id. Blocks for some milliseconds.
   *
   * @param command the program's absolute path and its arguments
   * @param output file that what it prints is appended to
   * @param grace how long it has to end between SIGTERM and SIGKILL; whole seconds
   * @throws IOException when the program or the shell cannot be started
   */
  public static TetheredProcess start(List<String> command, Path output, Duration grace)
      throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of("/bin/sh", "-c", SCRIPT, "aether", "" + grace.toSeconds(), output.toString()));
    line.addAll(command);
    Process script =
        new ProcessBuilder(line)
            .redirectError(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .start();
    try {
      long pid = readPid(script);
      ProcessHandle program =
          ProcessHandle.of(pid)
              .orElseThrow(
                  () ->
                      new IOException(
                          String.format(Locale.ROOT, "%s ended at once", command.get(0))));
      return new TetheredProcess(script, program, grace);
    } catch (IOException e) {
      script.getOutputStream().close();
      script.destroyForcibly();
      throw e;
    }
  }

  private static long readPid(Process script) throws IOException {
    InputStream input = script.getInputStream();
    StringBuilder digits = new StringBuilder();
    long deadline = System.nanoTime() + SCRIPT_START_BOUND.toNanos();
    while (System.nanoTime() < deadline) {
      if (input.available() > 0) {
        int read = input.read();
        if (read == '\n') {
          return Long.parseLong(digits.toString());
        }
        digits.append((char) read);
      } else if (!script.isAlive() && input.available() == 0) {
        throw new IOException("/bin/sh ended with " + script.exitValue());
      } else {
        pause();
      }
    }
    throw new IOException("/bin/sh did not start the program within " + SCRIPT_START_BOUND);
  }

  /** The program's process id. */
  public long pid() {
    return program.pid();
  }

  /** The process id of the shell that watches the program. */
  long scriptPid() {
    return script.pid();
  }

  /** Whether the program runs and is watched; blocks never. */
  public boolean isAlive() {
    return script.isAlive();
  }

  /**
   * Waits, without a bound, until the program has ended or is no longer watched, then makes sure
   * that it is gone.
   *
   * @return its exit code, 128 + n after signal n
   */
  int awaitExit() throws InterruptedException {
    int code = script.waitFor();
    end();
    return code;
  }

  /**
   * Ends the program: SIGTERM, SIGKILL after the grace time. Returns when it is gone; blocks for
   * the grace time and some seconds at most. May be called again.
   */
  public void end() {
    try {
      script.getOutputStream().close();
    } catch (IOException e) {
      // closed already, which is what was wanted
    }
    if (awaitGone(grace.plus(KILL_BOUND))) {
      return;
    }
    program.destroyForcibly();
    script.destroyForcibly();
    awaitGone(KILL_BOUND);
  }

  /** Sends the program SIGKILL and returns when it is gone; bounded by some seconds. */
  public void kill() {
    program.destroyForcibly();
    awaitGone(KILL_BOUND);
    end();
  }

  private boolean awaitGone(Duration bound) {
    return within(bound, () -> !script.isAlive() && !isRunning(program));
  }

  /**
   * Whether a process runs. One that has ended and that its parent has not asked for yet (a zombie;
   * in a container without an init there may be nobody to ask) still is alive to {@link
   * ProcessHandle}, but has no command line any more.
   */
  static boolean isRunning(ProcessHandle process) {
    return process.isAlive() && process.info().command().isPresent();
  }

  /**
   * Whether the condition holds within the bound; asked every few milliseconds. An interrupt ends
   * the wait.
   */
  static boolean within(Duration bound, BooleanSupplier condition) {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
        return condition.getAsBoolean();
      }
      pause();
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
