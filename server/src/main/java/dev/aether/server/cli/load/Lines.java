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
 * The lines of a text in UTF-8, unpacked where it is gzip. They are told apart as bytes and decoded
 * one by one: a decoder over the whole text reads ahead, and would drop the good lines before a
 * fault. Unlike a BufferedReader it can't be made to hold a line without end in memory.
 */
final class Lines implements Closeable {
  /** A commit takes 3 MiB at most, which base64 makes 4 MiB. */
  static final int MAX_LINE_BYTES = 8 * 1024 * 1024;

  private static final int BUFFER_BYTES = 64 * 1024;
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /** What Java puts where bytes are no UTF-8. */
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
   * Closes the stream with itself. Looks at its first bytes to tell what it is; {@link
   * ImportStopped} where that is no text, or begins as gzip and is none.
   */
  static Lines of(InputStream raw) throws ImportStopped {
    try {
      return new Lines(TextInput.of(raw));
    } catch (IOException e) {
      throw unreadable(1, e);
    }
  }

  /** Number of the line that {@link #next} gave last or failed at, from 1. */
  long number() {
    return number;
  }

  /**
   * The next line without its end and without a byte order mark, or nothing at the text's end.
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

  /** The rest of a line that the buffer does not hold whole. */
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
    if (text.indexOf(REPLACEMENT) >= 0) { // Of the text itself, or of what is no UTF-8?
      requireUtf8(ByteBuffer.wrap(bytes, offset, length));
    }
    if (text.indexOf('\0') >= 0) {
      throw new ImportStopped(
          number, "has a NUL byte: the file is damaged, or not UTF-8 (perhaps UTF-16)");
    }
    boolean marked = !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
    return marked ? text.substring(1) : text; // Files that were joined have one at each start.
  }

  private void requireUtf8(ByteBuffer bytes) throws ImportStopped {
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw new ImportStopped(number, "not UTF-8", e);
    }
  }

  private static ImportStopped unreadable(long line, IOException e) {
    return new ImportStopped(line, "can't be read: " + InputFile.reason(e), e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
