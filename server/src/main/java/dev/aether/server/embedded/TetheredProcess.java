package dev.aether.server.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A program that ends when this JVM ends, even if the JVM is killed by SIGKILL and runs no shutdown
 * hooks.
 *
 * <p>A small shell script runs between the two. It reads from a pipe whose write end the JVM holds.
 * When the JVM ends, the operating system closes the pipe, and the script sends the program SIGTERM
 * and, after a grace period, SIGKILL. The script has two processes: one waits for the program and
 * returns its exit code, and the other reads the pipe. If the first one is killed, the JVM notices
 * its exit and closes the pipe, and the second one stops the program. The program runs in its own
 * session or process group, so that Ctrl-C in a terminal reaches only the JVM, which then shuts
 * down in order.
 *
 * <p>Thread-safe.
 */
public final class TetheredProcess {

  /**
   * Arguments: the grace period in seconds, the file for the program's output, and the program with
   * its arguments. Prints the program's process id.
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
  private final long pid;

  /** Empty if the program had ended before it could be looked up. */
  private final Optional<ProcessHandle> program;

  private final Duration grace;

  private TetheredProcess(Process script, long pid, Duration grace) {
    this.script = script;
    this.pid = pid;
    this.program = ProcessHandle.of(pid);
    this.grace = grace;
  }

  /**
   * Starts the program and waits for its process id, which takes some milliseconds. The program may
   * have ended by then.
   *
   * @param command the program's absolute path and its arguments
   * @param output the file that its output is appended to
   * @param grace the time between SIGTERM and SIGKILL, in whole seconds
   * @throws IOException if the program or the shell cannot be started
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
      return new TetheredProcess(script, readPid(script), grace);
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
        throw new IOException("/bin/sh exited with code " + script.exitValue());
      } else {
        pause();
      }
    }
    throw new IOException("/bin/sh did not start the program within " + SCRIPT_START_BOUND);
  }

  /** The program's process id. */
  public long pid() {
    return pid;
  }

  /** The process id of the shell that watches the program. */
  long scriptPid() {
    return script.pid();
  }

  /** Whether the program is running and watched. Never blocks. */
  public boolean isAlive() {
    return script.isAlive();
  }

  /** Whether the program is running, watched or not. Never blocks. */
  public boolean isProgramRunning() {
    return program.isPresent() && Processes.isRunning(program.get());
  }

  /**
   * The program's exit code, 128 + n after signal n; or that of the shell, if that ended first.
   *
   * @throws IllegalThreadStateException if both are running
   */
  public int exitCode() {
    return script.exitValue();
  }

  /**
   * Waits, without limit, until the program has exited or is no longer watched, and then makes sure
   * that it is gone.
   *
   * @return its exit code; 128 + n after signal n
   */
  int awaitExit() throws InterruptedException {
    int code = script.waitFor();
    end();
    return code;
  }

  /**
   * Stops the program with SIGTERM, and with SIGKILL after the grace period. Blocks until it is
   * gone, at most for the grace period and some seconds, also if the thread is interrupted. May be
   * called again.
   */
  public void end() {
    try {
      script.getOutputStream().close();
    } catch (IOException e) {
      // It is already closed.
    }
    if (awaitGone(grace.plus(KILL_BOUND))) {
      return;
    }
    program.ifPresent(ProcessHandle::destroyForcibly);
    script.destroyForcibly();
    awaitGone(KILL_BOUND);
  }

  /** Kills the program with SIGKILL. Blocks until it is gone, at most some seconds. */
  public void kill() {
    program.ifPresent(ProcessHandle::destroyForcibly);
    awaitGone(KILL_BOUND);
    end();
  }

  /** An interrupt would shorten the grace period of the program. */
  private boolean awaitGone(Duration bound) {
    return uninterruptedWithin(bound, () -> !script.isAlive() && !isProgramRunning());
  }

  /** The same as {@link #within}, but an interrupt does not end the wait. */
  static boolean uninterruptedWithin(Duration bound, BooleanSupplier condition) {
    long deadline = System.nanoTime() + bound.toNanos();
    boolean wasInterrupted = false;
    while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
      try {
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      } catch (InterruptedException e) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
    return condition.getAsBoolean();
  }

  /**
   * Waits for the condition, which is checked every few milliseconds, and returns whether it became
   * true in time. An interrupt ends the wait.
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
