package dev.aether.server.cli.load;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The lines of a text in UTF-8, unpacked where it is gzip. Unlike a BufferedReader it can't be made
 * to hold a line without end in memory.
 */
final class Lines implements Closeable {
  /** A commit takes 3 MiB at most, which base64 makes 4 MiB. */
  static final int MAX_LINE_CHARS = 8 * 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int BUFFER_CHARS = 64 * 1024;

  private final InputStreamReader reader;
  private final char[] buffer = new char[BUFFER_CHARS];
  private int at;
  private int end;
  private long number;

  private Lines(InputStreamReader reader) {
    this.reader = reader;
  }

  /**
   * Closes the stream with itself. Looks at its first two bytes to tell what it is; {@link
   * ImportStopped} where it begins as gzip and is none.
   */
  static Lines of(InputStream raw) throws ImportStopped {
    try {
      return new Lines(new InputStreamReader(unpacked(raw), StandardCharsets.UTF_8.newDecoder()));
    } catch (IOException e) {
      String reason = e instanceof EOFException ? "gzip that was cut" : e.getMessage();
      throw new ImportStopped(1, "can't be read: " + reason, e);
    }
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(raw, 2);
    byte[] start = peeked.readNBytes(2);
    peeked.unread(start);
    boolean gzip = start.length == 2 && start[0] == 0x1f && start[1] == (byte) 0x8b;
    return gzip ? new GZIPInputStream(peeked, BUFFER_BYTES) : peeked;
  }

  /** Number of the line that {@link #next} gave last or failed at, from 1. */
  long number() {
    return number;
  }

  /**
   * The next line without its end, or nothing at the text's end.
   *
   * @throws ImportStopped when the line can't be read
   */
  Optional<String> next() throws ImportStopped {
    number++;
    try {
      if (at == end && !fill()) {
        return Optional.empty();
      }
      int lineEnd = lineEnd();
      if (lineEnd < end) { // Most lines lie within the buffer.
        String line = new String(buffer, at, lineEnd - at);
        at = lineEnd + 1;
        return Optional.of(line);
      }
      StringBuilder line = new StringBuilder();
      do {
        lineEnd = lineEnd();
        if (line.length() + lineEnd - at > MAX_LINE_CHARS) {
          throw new ImportStopped(number, "longer than " + MAX_LINE_CHARS + " characters");
        }
        line.append(buffer, at, lineEnd - at);
        at = lineEnd;
      } while (at == end && fill());
      at = Math.min(at + 1, end);
      return Optional.of(line.toString());
    } catch (CharacterCodingException e) {
      throw new ImportStopped(number, "not UTF-8", e);
    } catch (IOException e) {
      throw new ImportStopped(number, "can't be read: " + e.getMessage(), e);
    }
  }

  private int lineEnd() {
    int i = at;
    while (i < end && buffer[i] != '\n') {
      i++;
    }
    return i;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(reader.read(buffer), 0);
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
