package dev.aether.server.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads text in UTF-8 and decompresses it if it is gzip. The format is detected from the first
 * bytes, never from the file's name. Other common formats and encodings are rejected by name.
 */
public final class TextInput {
  private static final int PEEKED_BYTES = 6;
  private static final String UNPACK = " data: decompress it first";
  private static final String CONVERT = " text: convert it to UTF-8 first";

  private TextInput() {}

  /** Formats by their first bytes. UTF-32 comes before UTF-16, which starts with the same bytes. */
  private enum Form {
    GZIP("", 0x1f, 0x8b),
    ZSTANDARD("Zstandard" + UNPACK, 0x28, 0xb5, 0x2f, 0xfd),
    BZIP2("bzip2" + UNPACK, 'B', 'Z', 'h'),
    XZ("xz" + UNPACK, 0xfd, '7', 'z', 'X', 'Z', 0),
    LZ4("LZ4" + UNPACK, 0x04, 0x22, 0x4d, 0x18),
    COMPRESS("compress (.Z)" + UNPACK, 0x1f, 0x9d),
    ZIP("a zip archive: extract it first", 'P', 'K', 3, 4),
    SEVEN_ZIP("a 7z archive: extract it first", '7', 'z', 0xbc, 0xaf, 0x27, 0x1c),
    PARQUET("a Parquet file: convert its rows to JSON lines first", 'P', 'A', 'R', '1'),
    UTF_32_LE("UTF-32" + CONVERT, 0xff, 0xfe, 0, 0),
    UTF_32_BE("UTF-32" + CONVERT, 0, 0, 0xfe, 0xff),
    UTF_16_LE("UTF-16" + CONVERT, 0xff, 0xfe),
    UTF_16_BE("UTF-16" + CONVERT, 0xfe, 0xff);

    private final String reason;
    private final byte[] magic;

    Form(String reason, int... magic) {
      this.reason = reason;
      this.magic = new byte[magic.length];
      for (int i = 0; i < magic.length; i++) {
        this.magic[i] = (byte) magic[i];
      }
    }

    static Optional<Form> of(byte[] start) {
      return Arrays.stream(values()).filter(form -> form.begins(start)).findFirst();
    }

    private boolean begins(byte[] start) {
      return start.length >= magic.length
          && Arrays.equals(start, 0, magic.length, magic, 0, magic.length);
    }
  }

  /**
   * Returns the bytes of the text. Waits for the first bytes of {@code raw}, which is closed with
   * the returned stream.
   *
   * @throws IOException also if it is in another format, with a readable reason
   */
  public static InputStream of(InputStream raw) throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(raw, PEEKED_BYTES);
    Optional<Form> form = form(peeked);
    if (form.isEmpty() || form.get() != Form.GZIP) {
      return refused(peeked, form);
    }
    PushbackInputStream unpacked = new PushbackInputStream(new GzipMembers(peeked), PEEKED_BYTES);
    Optional<Form> within = form(unpacked);
    if (within.isPresent() && within.get() == Form.GZIP) {
      throw new IOException("gzip within gzip: decompress it first");
    }
    return refused(unpacked, within);
  }

  /** The format of data that is not text in UTF-8, in words; empty if it is unknown. */
  public static Optional<String> otherForm(byte[] data) {
    return Form.of(data).map(form -> form == Form.GZIP ? "gzip" + UNPACK : form.reason);
  }

  private static InputStream refused(InputStream text, Optional<Form> form) throws IOException {
    if (form.isPresent()) {
      throw new IOException("it is " + form.get().reason);
    }
    return text;
  }

  private static Optional<Form> form(PushbackInputStream in) throws IOException {
    byte[] start = in.readNBytes(PEEKED_BYTES);
    in.unread(start);
    return Form.of(start);
  }
}
