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

/** Reads the data of an option: the value itself, @FILE, or - for standard input. */
final class FlagData {
  /** More than a commit may contain. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private static final byte[] BYTE_ORDER_MARK = "\ufeff".getBytes(StandardCharsets.UTF_8);

  private FlagData() {}

  /**
   * Reads the data, byte for byte.
   *
   * @param flag the option's name
   * @throws UsageException if the data cannot be read, is too large, or should be JSON but is not
   */
  static Bytes read(String flag, String value, String contentType, InputStream in) {
    byte[] data = bytes(flag, value, in);
    if (data.length > MAX_BYTES) {
      throw new UsageException(flag + " is too large to be stored");
    }
    if (JsonLine.isJsonType(contentType) && JsonText.compact(data).isEmpty()) {
      throw new UsageException(flag + " is not valid JSON" + why(data));
    }
    return Bytes.wrap(data);
  }

  /** Why data is not valid JSON, if the reason is one that an editor does not show. */
  private static String why(byte[] data) {
    if (startsWith(data, BYTE_ORDER_MARK)) {
      return ": it starts with a byte order mark";
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
