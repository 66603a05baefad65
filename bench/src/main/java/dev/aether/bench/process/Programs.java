package dev.aether.bench.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds programs and runs short commands. */
final class Programs {
  private static final long END_WITHIN_SECONDS = 180;

  private Programs() {}

  /**
   * Finds a program.
   *
   * @param variable the environment variable that may contain its path
   * @param name its name in PATH
   */
  static Optional<Path> find(String variable, String name) {
    return Stream.concat(
            Stream.ofNullable(System.getenv(variable)).map(Path::of),
            Pattern.compile(":")
                .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The first line of a program's version, or "unknown". */
  static String version(Path program) throws IOException {
    return output(List.of(program.toString(), "--version"))
        .flatMap(text -> text.lines().findFirst())
        .orElse("unknown");
  }

  /** Runs a command and returns its output and errors; empty if it fails or is too slow. */
  static Optional<String> output(List<String> command) throws IOException {
    Path file = Files.createTempFile("aether-bench-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(file.toFile())
              .start();
      if (!process.waitFor(END_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0
          ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
