package dev.aether.server.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Headers that this node adds to its HTTP requests, such as {@code authorization: Bearer …}, from a
 * file that may change: one {@code NAME: VALUE} a line, {@code #} begins a comment. Thread-safe.
 */
public final class HeadersFile {
  /** A token of HTTP, and printable ASCII. */
  private static final Pattern LINE =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+)\\s*:\\s*([ -~]*)");

  /** They belong to the message or to the connection. */
  private static final Set<String> NOT_FREE =
      Set.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "expect",
          "host",
          "transfer-encoding",
          "upgrade");

  private final WatchedFiles<Map<String, String>> file;

  /**
   * Reads the file.
   *
   * @param what names it in the log
   * @throws SecurityFileException if it cannot be used
   */
  public HeadersFile(String what, Path file) {
    this.file = new WatchedFiles<>(what, List.of(file), () -> read(file));
  }

  /** The headers by their names in lower case. Reads the file again if it has changed. */
  public Map<String, String> headers() {
    boolean unused = file.refresh();
    return file.content();
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> headers = new TreeMap<>();
    List<String> lines =
        Files.readString(file, StandardCharsets.ISO_8859_1).lines().map(String::strip).toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).isEmpty() || lines.get(i).startsWith("#")) {
        continue;
      }
      // A value is a secret, so a line is never quoted.
      String place = file + ", line " + (i + 1) + ": ";
      Matcher parts = LINE.matcher(lines.get(i));
      if (!parts.matches()) {
        throw new SecurityFileException(place + "a line must be NAME: VALUE, in ASCII");
      }
      String name = parts.group(1).toLowerCase(Locale.ROOT);
      if (NOT_FREE.contains(name)) {
        throw new SecurityFileException(place + "the header " + name + " cannot be set");
      }
      if (headers.put(name, parts.group(2)) != null) {
        throw new SecurityFileException(place + "there is another " + name);
      }
    }
    if (headers.isEmpty()) {
      throw new SecurityFileException(file + " has no header");
    }
    return Map.copyOf(headers);
  }
}
