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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.DeflaterInputStream;
import java.util.zip.InflaterInputStream;

/**
 * Encodes cursors for clients: a {@code CursorRecord} in a {@link TokenEnvelope}. In format 2, for
 * cursors over many logs, the record is deflated. A cursor is valid only for the store and the
 * namespace pattern that it was issued for.
 */
public final class CursorCodec {
  private static final byte PLAIN = 1;
  private static final byte DEFLATED = 2;

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
    this.patternHash = TokenEnvelope.hash(namespaces.text());
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
    return record.length >= DEFLATED_FROM_BYTES
        ? new TokenEnvelope(DEFLATED, deflated(record)).encode()
        : new TokenEnvelope(PLAIN, record).encode();
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

  /**
   * Decodes a cursor.
   *
   * @throws StoreException with reason CURSOR_UNKNOWN if it is damaged, or was issued by another
   *     store or for another pattern
   */
  public Cursor decode(String text) {
    CursorRecord record = record(open(text).orElseThrow(CursorCodec::damaged));
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
    return open(text).isPresent();
  }

  private static Optional<TokenEnvelope> open(String text) {
    return TokenEnvelope.decode(text, MAX_RECORD_BYTES);
  }

  private static CursorRecord record(TokenEnvelope token) {
    byte[] record =
        switch (token.format()) {
          case PLAIN -> token.body();
          case DEFLATED -> inflated(token.body());
          default ->
              throw StoreException.cursorUnknown("its format is not supported: " + token.format());
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
