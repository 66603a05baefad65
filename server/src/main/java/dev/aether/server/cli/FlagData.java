package dev.aether.server.cli;

import dev.aether.client.Bytes;
import dev.aether.server.cli.files.InputFile;
import dev.aether.server.cli.files.TextInput;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Data as a flag gives them: as they are, @FILE, or - for standard input. */
final class FlagData {
  /** More than a commit may hold. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final byte[] BYTE_ORDER_MARK = "\ufeff".getBytes(StandardCharsets.UTF_8);

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
      throw new UsageException(flag + " is not valid JSON" + why(data));
    }
    return Bytes.wrap(data);
  }

  /** What people who write files with other programs can't see in them. */
  private static String why(byte[] data) {
    if (startsWith(data, BYTE_ORDER_MARK)) {
      return ": it begins with a byte order mark";
    }
    return TextInput.otherForm(data).map(form -> ": it is " + form).orElse("");
  }

  private static boolean startsWith(byte[] data, byte[] start) {
    return data.length >= start.length
        && Arrays.equals(data, 0, start.length, start, 0, start.length);
  }

  private static byte[] bytes(String flag, String value, InputStream in) {
    try {
      if (value.equals("-")) {
        return in.readNBytes(MAX_BYTES + 1);
      }
      if (value.startsWith("@")) {
        try (InputStream file = InputFile.open(value.substring(1))) {
          return file.readNBytes(MAX_BYTES + 1);
        }
      }
    } catch (IOException e) {
      throw new UsageException(flag + ": " + InputFile.reason(e));
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }
}
