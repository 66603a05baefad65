package dev.aether.server.contract;

import dev.aether.server.wire.CursorRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32C;
import java.util.zip.InflaterInputStream;

/**
 * Looks into cursors and forges them, which no client may: for cursors that the server never made.
 */
final class Cursors {
  private static final int CHECKSUM_BYTES = 4;
  private static final byte DEFLATED = 2;

  private Cursors() {}

  static CursorRecord of(String cursor) {
    byte[] bytes = Base64.getUrlDecoder().decode(cursor);
    byte[] body = Arrays.copyOfRange(bytes, 1, bytes.length - CHECKSUM_BYTES);
    try {
      return bytes[0] == DEFLATED
          ? CursorRecord.parseFrom(new InflaterInputStream(new ByteArrayInputStream(body)))
          : CursorRecord.parseFrom(body);
    } catch (IOException e) {
      throw new AssertionError("not a cursor", e);
    }
  }

  /** A cursor whose checksum is right. */
  static String forged(int format, CursorRecord record) {
    byte[] body = record.toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(1 + body.length + CHECKSUM_BYTES);
    bytes.put((byte) format).put(body);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes.array(), 0, 1 + body.length);
    bytes.putInt((int) checksum.getValue());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /** The same cursor, that much further on in its first namespace. */
  static String moved(String cursor, long by) {
    CursorRecord.Builder record = of(cursor).toBuilder();
    var namespace = record.getNamespacesBuilder(0);
    namespace.setPositions(0, namespace.getPositions(0) + by);
    return forged(1, record.build());
  }
}
