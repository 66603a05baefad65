package dev.aether.server.cli.files;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip data (RFC 1952) with all its members, and fails where {@code gzip -t} does. The
 * JDK's GZIPInputStream mistakes a pause in a pipe or a damaged header for the end of the data
 * (JDK-7036144). Zeros after the last member are padding. Used by one thread.
 */
final class GzipMembers extends InputStream {
  private static final int BUFFER_BYTES = 64 * 1024;

  private static final int MAGIC_1 = 0x1f;
  private static final int MAGIC_2 = 0x8b;
  private static final int DEFLATE = 8;
  private static final int HEADER_CHECK = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xe0;

  /** The time of the file, the compression method's flags, and the operating system. */
  private static final int IGNORED_BYTES = 6;

  private static final int SHORT_MASK = 0xffff;
  private static final long INT_MASK = 0xffff_ffffL;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int at;
  private int end;
  private final Inflater inflater = new Inflater(true);

  /** The checksum of the header, and then of the member's data. */
  private final CRC32 checksum = new CRC32();

  private long member;
  private boolean inMember;
  private boolean ended;

  /** Creates a stream. Closing it closes {@code in}. */
  GzipMembers(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      if (!inMember && !beginMember()) {
        ended = true;
        break;
      }
      int unpacked = inflate(bytes, offset, length);
      if (unpacked > 0) {
        checksum.update(bytes, offset, unpacked);
        return unpacked;
      }
      endMember();
    }
    return -1;
  }

  /** Reads a member's header. Returns false at the end of the data. */
  private boolean beginMember() throws IOException {
    if (!hasMore()) {
      if (member == 0) {
        throw cut();
      }
      return false;
    }
    if (member > 0 && buffer[at] == 0) {
      passPadding();
      return false;
    }
    member++;
    checksum.reset();
    if (next() != MAGIC_1 || next() != MAGIC_2) {
      throw new IOException(
          member == 1 ? "not gzip" : "the gzip data is followed by something that is not gzip");
    }
    int method = next();
    int flags = next();
    if (method != DEFLATE || (flags & RESERVED) != 0) {
      throw damaged("header");
    }
    pass(IGNORED_BYTES);
    if ((flags & EXTRA) != 0) {
      pass(nextShort());
    }
    if ((flags & NAME) != 0) {
      passText();
    }
    if ((flags & COMMENT) != 0) {
      passText();
    }
    if ((flags & HEADER_CHECK) != 0) {
      long expected = checksum.getValue() & SHORT_MASK;
      if (nextShort() != expected) {
        throw damaged("header");
      }
    }
    checksum.reset();
    inflater.reset();
    inMember = true;
    return true;
  }

  /** Decompresses some of the member's data. Returns 0 at its end. */
  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    try {
      int unpacked = 0;
      while (unpacked == 0 && !inflater.finished()) {
        if (inflater.needsDictionary()) {
          throw damaged("body");
        }
        if (inflater.needsInput()) {
          if (!hasMore()) {
            throw cut();
          }
          inflater.setInput(buffer, at, end - at);
          at = end;
        }
        unpacked = inflater.inflate(bytes, offset, length);
      }
      return unpacked;
    } catch (DataFormatException e) {
      throw new IOException(damaged("body").getMessage(), e);
    }
  }

  private void endMember() throws IOException {
    at = end - inflater.getRemaining();
    long expected = checksum.getValue();
    long bytes = inflater.getBytesWritten() & INT_MASK;
    if (nextInt() != expected || nextInt() != bytes) {
      throw damaged("checksum");
    }
    inMember = false;
  }

  private void passPadding() throws IOException {
    while (hasMore()) {
      if (buffer[at++] != 0) {
        throw new IOException("the gzip data is followed by something that is not gzip");
      }
    }
  }

  private void pass(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      var unused = next();
    }
  }

  private void passText() throws IOException {
    while (next() != 0) {
      // Names and comments end with a zero.
    }
  }

  private long nextInt() throws IOException {
    long low = nextShort();
    return low | (long) nextShort() << 16;
  }

  private int nextShort() throws IOException {
    int low = next();
    return low | next() << 8;
  }

  private int next() throws IOException {
    if (!hasMore()) {
      throw cut();
    }
    checksum.update(buffer[at]);
    return buffer[at++] & 0xff;
  }

  /** Waits for the next byte. Returns false at the end of the stream. */
  private boolean hasMore() throws IOException {
    while (at == end) {
      int read = in.read(buffer);
      if (read < 0) {
        return false;
      }
      at = 0;
      end = read;
    }
    return true;
  }

  private IOException damaged(String part) {
    return new IOException("member " + member + " of the gzip data has a damaged " + part);
  }

  private static IOException cut() {
    return new EOFException("the gzip data is truncated");
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
