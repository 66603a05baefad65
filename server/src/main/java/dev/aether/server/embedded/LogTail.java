package dev.aether.server.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Reads the last lines of a log file of any size. */
final class LogTail {
  private static final int MAX_BYTES = 8 * 1024;
  private static final int MAX_LINES = 12;

  private LogTail() {}

  /** Up to 12 lines; none if the file cannot be read. */
  static List<String> of(Path file) {
    try (RandomAccessFile input = new RandomAccessFile(file.toFile(), "r")) {
      long start = Math.max(0, input.length() - MAX_BYTES);
      input.seek(start);
      byte[] bytes = new byte[(int) (input.length() - start)];
      input.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
