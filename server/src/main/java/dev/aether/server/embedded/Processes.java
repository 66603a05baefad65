package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether processes have ended. */
final class Processes {
  private static final char ZOMBIE = 'Z';

  /** Where the number of threads is in {@code /proc/PID/stat}, counted from the state. */
  private static final int THREADS = 17;

  private Processes() {}

  /**
   * Whether a process is running or still ending. When this returns false, all its files, locks and
   * ports are free. Never blocks.
   *
   * <p>{@link ProcessHandle} cannot tell this. To it, a zombie is alive: a process that has ended
   * but that its parent has not waited for, which in a container without an init may never happen.
   * And the command line of a killed process is gone some 20 ms before its ports are.
   */
  static boolean isRunning(ProcessHandle process) {
    return process.isAlive() && !isZombie(process);
  }

  private static boolean isZombie(ProcessHandle process) {
    try {
      String stat =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "stat")),
              StandardCharsets.ISO_8859_1);
      // Behind the program's name, which may contain anything.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      // A thread that ends after the first one still holds the files.
      return fields[0].charAt(0) == ZOMBIE && Integer.parseInt(fields[THREADS]) <= 1;
    } catch (IOException | RuntimeException e) {
      // It is gone, or this is not Linux, or its text has another form. A zombie has no command
      // line.
      return process.info().command().isEmpty();
    }
  }
}
