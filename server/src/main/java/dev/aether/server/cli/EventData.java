package dev.aether.server.cli;

import dev.aether.client.Bytes;
import dev.aether.server.cli.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** An event's data as a flag gives it: JSON itself, @FILE, or - for standard input. */
final class EventData {
  /** More than a commit may hold. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private EventData() {}

  /**
   * The data, byte for byte.
   *
   * @throws UsageException when it can't be read, is too large or isn't JSON
   */
  static Bytes read(String flag, InputStream in) {
    byte[] data = bytes(flag, in);
    if (data.length > MAX_BYTES) {
      throw new UsageException("--data is larger than an event may be");
    }
    if (JsonText.compact(data).isEmpty()) {
      throw new UsageException("--data is not valid JSON");
    }
    return Bytes.wrap(data);
  }

  private static byte[] bytes(String flag, InputStream in) {
    try {
      if (flag.equals("-")) {
        return in.readNBytes(MAX_BYTES + 1);
      }
      if (flag.startsWith("@")) {
        try (InputStream file = Files.newInputStream(Path.of(flag.substring(1)))) {
          return file.readNBytes(MAX_BYTES + 1);
        }
      }
    } catch (IOException e) {
      throw new UsageException("--data can't be read: " + e);
    }
    return flag.getBytes(StandardCharsets.UTF_8);
  }
}
