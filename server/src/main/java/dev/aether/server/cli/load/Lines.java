package dev.aether.server.cli.load;

import dev.aether.server.cli.files.InputFile;
import dev.aether.server.cli.files.TextInput;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the lines of a text in UTF-8, and decompresses it if it is gzip. The text is split into
 * lines as bytes, and each line is decoded separately: a decoder for the whole text reads ahead and
 * would lose the valid lines before a fault. Unlike a BufferedReader, it limits the length of a
 * line.
 */
final class Lines implements Closeable {
  /** A commit has at most 3 MiB, which is 4 MiB in base64. */
  static final int MAX_LINE_BYTES = 8 * 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /** What Java inserts for bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private long number;

  private Lines(InputStream in) {
    this.in = in;
  }

  /**
   * Opens a text, whose format is detected from the first bytes. Closing it closes {@code raw}.
   *
   * @throws ImportStopped if it is not text, or starts like gzip but is not
   */
  static Lines of(InputStream raw) throws ImportStopped {
    try {
      return new Lines(TextInput.of(raw));
    } catch (IOException e) {
      throw unreadable(1, e);
    }
  }

  /** The number of the line that {@link #next} last returned or failed at, from 1. */
  long number() {
    return number;
  }

  /**
   * The next line without its terminator and without a byte order mark; empty at the end of the
   * text.
   *
   * @throws ImportStopped if the line cannot be read
   */
  Optional<String> next() throws ImportStopped {
    number++;
    try {
      if (at == end && !fill()) {
        return Optional.empty();
      }
      int lineEnd = lineEnd();
      if (lineEnd < end) { // Most lines fit into the buffer.
        String line = text(buffer, at, lineEnd - at);
        at = lineEnd + 1;
        return Optional.of(line);
      }
      byte[] line = longLine();
      return Optional.of(text(line, 0, line.length));
    } catch (IOException e) {
      throw unreadable(number, e);
    }
  }

  /** Reads the rest of a line that exceeds the buffer. */
  private byte[] longLine() throws IOException, ImportStopped {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    do {
      int lineEnd = lineEnd();
      if (line.size() + lineEnd - at > MAX_LINE_BYTES) {
        throw new ImportStopped(number, "longer than " + MAX_LINE_BYTES + " bytes");
      }
      line.write(buffer, at, lineEnd - at);
      at = lineEnd;
    } while (at == end && fill());
    at = Math.min(at + 1, end);
    return line.toByteArray();
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
    end = Math.max(in.read(buffer), 0);
    return end > 0;
  }

  private String text(byte[] bytes, int offset, int length) throws ImportStopped {
    String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
    if (text.indexOf(REPLACEMENT) >= 0) { // In the text itself, or for bytes that are not UTF-8?
      requireUtf8(ByteBuffer.wrap(bytes, offset, length));
    }
    if (text.indexOf('\0') >= 0) {
      throw new ImportStopped(
          number, "contains a NUL byte: the file is damaged or not UTF-8 (perhaps UTF-16)");
    }
    boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    return marked ? text.substring(1) : text; // Concatenated files have one at the start of each.
  }

  private void requireUtf8(ByteBuffer bytes) throws ImportStopped {
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw new ImportStopped(number, "not UTF-8", e);
    }
  }

  private static ImportStopped unreadable(long line, IOException e) {
    return new ImportStopped(line, "cannot be read: " + InputFile.reason(e), e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
