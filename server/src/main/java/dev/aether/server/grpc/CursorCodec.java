package dev.aether.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.wire.CursorRecord;
import dev.aether.server.wire.NamespacePosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Cursors as clients keep them: base64url of a format byte (1), a {@code CursorRecord} and a
 * CRC-32C of both. Bound to the store and to the namespace pattern.
 */
final class CursorCodec {
  private static final byte FORMAT = 1;
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  /** A cursor over more than this was not made here. */
  private static final int MAX_TEXT = 8 * 1024 * 1024;

  /**
   * More logs than a store has: what claims to stand in so many takes memory and was not made here.
   */
  private static final int MAX_POSITIONS = 1 << 18;

  private final long storeId;
  private final long patternHash;

  CursorCodec(long storeId, NamePattern namespaces) {
    this.storeId = storeId;
    this.patternHash = hash(namespaces.text());
  }

  private static long hash(String pattern) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(pattern.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  String encode(Cursor cursor) {
    Map<String, NamespacePosition.Builder> namespaces = new TreeMap<>();
    cursor
        .positions()
        .forEach(
            (log, position) -> {
              var namespace =
                  namespaces.computeIfAbsent(
                      log.incarnation(),
                      incarnation -> NamespacePosition.newBuilder().setIncarnation(incarnation));
              while (namespace.getPositionsCount() <= log.partition()) {
                namespace.addPositions(0);
              }
              namespace.setPositions(log.partition(), position);
            });
    CursorRecord.Builder record =
        CursorRecord.newBuilder().setStoreId(storeId).setPatternHash(patternHash);
    namespaces.values().forEach(record::addNamespaces);
    byte[] body = record.build().toByteArray();
    ByteBuffer bytes = ByteBuffer.allocate(1 + body.length + CHECKSUM_BYTES).put(FORMAT).put(body);
    bytes.putInt(checksum(bytes.array(), 1 + body.length));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /**
   * Reads a cursor.
   *
   * @throws StoreException.CursorUnknown if it is damaged, or another pattern's or store's
   */
  Cursor decode(String text) {
    CursorRecord record = record(bytes(text));
    if (record.getStoreId() != storeId) {
      throw new StoreException.CursorUnknown("it is another store's");
    }
    if (record.getPatternHash() != patternHash) {
      throw new StoreException.CursorUnknown("it belongs to another namespace pattern");
    }
    long count =
        record.getNamespacesList().stream().mapToLong(NamespacePosition::getPositionsCount).sum();
    if (count > MAX_POSITIONS) {
      throw damaged();
    }
    Map<Cursor.LogKey, Long> positions = new HashMap<>();
    for (NamespacePosition namespace : record.getNamespacesList()) {
      for (int partition = 0; partition < namespace.getPositionsCount(); partition++) {
        long position = namespace.getPositions(partition);
        if (position < 0) {
          throw damaged();
        }
        positions.put(new Cursor.LogKey(namespace.getIncarnation(), partition), position);
      }
    }
    return new Cursor(positions);
  }

  private static byte[] bytes(String text) {
    if (text.length() > MAX_TEXT) {
      throw damaged();
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static CursorRecord record(byte[] bytes) {
    int body = bytes.length - CHECKSUM_BYTES;
    if (body < 1
        || ByteBuffer.wrap(bytes, body, CHECKSUM_BYTES).getInt() != checksum(bytes, body)) {
      throw damaged();
    }
    if (bytes[0] != FORMAT) {
      throw new StoreException.CursorUnknown("it has format " + bytes[0]);
    }
    try {
      return CursorRecord.parseFrom(Arrays.copyOfRange(bytes, 1, body));
    } catch (InvalidProtocolBufferException e) {
      throw damaged();
    }
  }

  private static StoreException damaged() {
    return new StoreException.CursorUnknown("it is damaged");
  }
}
