package dev.aether.server.grpc.tokens;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.wire.CursorRecord;
import dev.aether.server.wire.NamespacePosition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Encodes cursors for clients: base64url of a format byte, a {@code CursorRecord} and a CRC-32C of
 * both. In format 2, for cursors over many logs, the record is deflated. A cursor is valid only for
 * the store and the namespace pattern that it was issued for.
 */
public final class CursorCodec {
  private static final byte PLAIN = 1;
  private static final byte DEFLATED = 2;
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  /** Smaller records are not deflated, so that older nodes can read them. */
  private static final int DEFLATED_FROM_BYTES = 4 * 1024;

  /** Room for the rest of a message that contains a cursor alone or with an error. */
  private static final int MESSAGE_HEADROOM_BYTES = 64 * 1024;

  /** A longer cursor would make the message exceed the 4 MiB that clients accept by default. */
  private static final int MAX_TEXT_BYTES = 4 * 1024 * 1024 - MESSAGE_HEADROOM_BYTES;

  /** A longer record or text cannot have been encoded here. */
  private static final int MAX_RECORD_BYTES = 8 * 1024 * 1024;

  /**
   * More logs than a store can have. A record that claims more would cost memory and cannot have
   * been encoded here.
   */
  private static final int MAX_POSITIONS = 1 << 18;

  private final long storeId;
  private final long patternHash;

  public CursorCodec(long storeId, NamePattern namespaces) {
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

  /**
   * Encodes a cursor.
   *
   * @throws StoreException.InvalidRequest if it covers more logs than fit
   */
  public String encode(Cursor cursor) {
    String text = text(record(cursor, true));
    if (text.length() > MAX_TEXT_BYTES) {
      // Too many logs for their fingerprints to fit.
      text = text(record(cursor, false));
    }
    if (text.length() > MAX_TEXT_BYTES) {
      throw new StoreException.InvalidRequest(
          "namespace_pattern",
          String.format(
              Locale.ROOT,
              "matches more partitions (%d) than a cursor can hold: it would take %d bytes (maximum %d)",
              cursor.positions().size(),
              text.length(),
              MAX_TEXT_BYTES));
    }
    return text;
  }

  private static String text(CursorRecord cursor) {
    byte[] record = cursor.toByteArray();
    boolean deflated = record.length >= DEFLATED_FROM_BYTES;
    byte[] body = deflated ? deflated(record) : record;
    ByteBuffer bytes =
        ByteBuffer.allocate(1 + body.length + CHECKSUM_BYTES)
            .put(deflated ? DEFLATED : PLAIN)
            .put(body);
    bytes.putInt(checksum(bytes.array(), 1 + body.length));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  private CursorRecord record(Cursor cursor, boolean fingerprints) {
    CursorRecord.Builder record =
        CursorRecord.newBuilder().setStoreId(storeId).setPatternHash(patternHash);
    NamespacePosition.Builder namespace = NamespacePosition.newBuilder();
    for (Map.Entry<Cursor.LogKey, Mark> place : cursor.positions().entrySet()) {
      Cursor.LogKey log = place.getKey();
      if (!namespace.getIncarnation().equals(log.incarnation())) {
        addTo(record, namespace);
        namespace = NamespacePosition.newBuilder().setIncarnation(log.incarnation());
      }
      while (namespace.getPositionsCount() < log.partition()) {
        namespace.addPositions(0);
      }
      namespace.addPositions(place.getValue().position());
      if (fingerprints && place.getValue().isVerifiable()) {
        while (namespace.getFingerprintsCount() < log.partition()) {
          namespace.addFingerprints(0);
        }
        namespace.addFingerprints(place.getValue().fingerprint());
      }
    }
    addTo(record, namespace);
    return record.build();
  }

  private static void addTo(CursorRecord.Builder record, NamespacePosition.Builder namespace) {
    if (namespace.getPositionsCount() > 0) {
      record.addNamespaces(namespace);
    }
  }

  private static byte[] deflated(byte[] record) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterInputStream in =
        new DeflaterInputStream(new ByteArrayInputStream(record), deflater)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("no file is read", e);
    } finally {
      deflater.end();
    }
  }

  private static byte[] inflated(byte[] body) {
    try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(body))) {
      byte[] record = in.readNBytes(MAX_RECORD_BYTES);
      if (in.read() >= 0) {
        throw damaged();
      }
      return record;
    } catch (IOException e) {
      throw damaged();
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /**
   * Decodes a cursor.
   *
   * @throws StoreException with reason CURSOR_UNKNOWN if it is damaged, or was issued by another
   *     store or for another pattern
   */
  public Cursor decode(String text) {
    CursorRecord record = record(whole(text));
    if (record.getStoreId() != storeId) {
      throw StoreException.cursorUnknown("it was issued by another store");
    }
    if (record.getPatternHash() != patternHash) {
      throw StoreException.cursorUnknown("it was issued for another namespace pattern");
    }
    long count =
        record.getNamespacesList().stream().mapToLong(NamespacePosition::getPositionsCount).sum();
    if (count > MAX_POSITIONS) {
      throw damaged();
    }
    Map<Cursor.LogKey, Mark> positions = new HashMap<>();
    for (NamespacePosition namespace : record.getNamespacesList()) {
      for (int partition = 0; partition < namespace.getPositionsCount(); partition++) {
        long position = namespace.getPositions(partition);
        if (position < 0) {
          throw damaged();
        }
        int fingerprint =
            partition < namespace.getFingerprintsCount() ? namespace.getFingerprints(partition) : 0;
        positions.put(
            new Cursor.LogKey(namespace.getIncarnation(), partition),
            new Mark(position, fingerprint));
      }
    }
    return new Cursor(positions);
  }

  /** Whether a text is an undamaged cursor, of any store, pattern and format. */
  public static boolean isCursor(String text) {
    try {
      return whole(text).length > 0;
    } catch (StoreException e) {
      return false;
    }
  }

  /** The format byte, the record and the checksum, which has been verified. */
  private static byte[] whole(String text) {
    byte[] bytes = bytes(text);
    int body = bytes.length - CHECKSUM_BYTES;
    if (body < 1
        || ByteBuffer.wrap(bytes, body, CHECKSUM_BYTES).getInt() != checksum(bytes, body)) {
      throw damaged();
    }
    return bytes;
  }

  private static byte[] bytes(String text) {
    if (text.length() > MAX_RECORD_BYTES) {
      throw damaged();
    }
    try {
      return Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static CursorRecord record(byte[] bytes) {
    byte[] written = Arrays.copyOfRange(bytes, 1, bytes.length - CHECKSUM_BYTES);
    byte[] record =
        switch (bytes[0]) {
          case PLAIN -> written;
          case DEFLATED -> inflated(written);
          default -> throw StoreException.cursorUnknown("its format is not supported: " + bytes[0]);
        };
    try {
      return CursorRecord.parseFrom(record);
    } catch (InvalidProtocolBufferException e) {
      throw damaged();
    }
  }

  private static StoreException damaged() {
    return StoreException.cursorUnknown("it is damaged");
  }
}
