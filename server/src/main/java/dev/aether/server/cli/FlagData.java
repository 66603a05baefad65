package dev.aether.server.cli;

import dev.aether.client.Bytes;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Data as a flag gives them: as they are, @FILE, or - for standard input. */
final class FlagData {
  /** More than a commit may hold. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private FlagData() {}

  /**
   * The data, byte for byte.
   *
   * @param flag the flag's name
   * @throws UsageException when they can't be read, are too large, or should be JSON and aren't
   */
  static Bytes read(String flag, String value, String contentType, InputStream in) {
    byte[] data = bytes(flag, value, in);
    if (data.length > MAX_BYTES) {
      throw new UsageException(flag + " is larger than what can be stored");
    }
    if (JsonLine.isJsonType(contentType) && JsonText.compact(data).isEmpty()) {
      throw new UsageException(flag + " is not valid JSON");
    }
    return Bytes.wrap(data);
  }

  private static byte[] bytes(String flag, String value, InputStream in) {
    try {
      if (value.equals("-")) {
        return in.readNBytes(MAX_BYTES + 1);
      }
      if (value.startsWith("@")) {
        try (InputStream file = Files.newInputStream(Path.of(value.substring(1)))) {
          return file.readNBytes(MAX_BYTES + 1);
        }
      }
    } catch (IOException e) {
      throw new UsageException(flag + " can't be read: " + e);
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
