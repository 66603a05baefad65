package dev.aether.server.grpc.tokens;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
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
import java.util.function.LongConsumer;
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

  /** Less than a deflated record of distinct incarnations and positions ever shrinks. */
  private static final int MAX_DEFLATION = 32;

  private static final int NAMESPACES = tag(CursorRecord.NAMESPACES_FIELD_NUMBER);
  private static final int POSITIONS = tag(NamespacePosition.POSITIONS_FIELD_NUMBER);
  private static final int FINGERPRINTS = tag(NamespacePosition.FINGERPRINTS_FIELD_NUMBER);

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
      byte[] record =
          in.readNBytes((int) Math.min(MAX_RECORD_BYTES, (long) body.length * MAX_DEFLATION));
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
   * @param elements is told how many fields and elements of lists the cursor has, before these take
   *     memory: anybody can write a small text that is decoded to many
   * @throws StoreException with reason CURSOR_UNKNOWN if it is damaged, or was issued by another
   *     store or for another pattern
   */
  public Cursor decode(String text, LongConsumer elements) {
    CursorRecord record = record(open(text).orElseThrow(CursorCodec::damaged), elements);
    if (record.getStoreId() != storeId) {
      throw StoreException.cursorUnknown("it was issued by another store");
    }
    if (record.getPatternHash() != patternHash) {
      throw StoreException.cursorUnknown("it was issued for another namespace pattern");
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

  private static int tag(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  /** Counts the fields and the elements of packed lists in a record, or in a namespace of it. */
  private static long elements(CodedInputStream in, boolean inNamespace) throws IOException {
    long count = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      count++;
      boolean hasElements =
          inNamespace ? tag == POSITIONS || tag == FINGERPRINTS : tag == NAMESPACES;
      if (!hasElements) {
        in.skipField(tag);
        continue;
      }
      int outer = in.pushLimit(in.readRawVarint32());
      count += inNamespace ? packed(in, tag) : elements(in, true);
      in.popLimit(outer);
    }
    return count;
  }

  private static long packed(CodedInputStream in, int tag) throws IOException {
    long count = 0;
    for (; !in.isAtEnd(); count++) {
      if (tag == POSITIONS) {
        in.readRawVarint64();
      } else {
        in.readRawLittleEndian32();
      }
    }
    return count;
  }

  private static CursorRecord record(TokenEnvelope token, LongConsumer elements) {
    byte[] record =
        switch (token.format()) {
          case PLAIN -> token.body();
          case DEFLATED -> inflated(token.body());
          default ->
              throw StoreException.cursorUnknown("its format is not supported: " + token.format());
        };
    try {
      elements.accept(elements(CodedInputStream.newInstance(record), false));
      return CursorRecord.parseFrom(record);
    } catch (IOException e) {
      throw damaged();
    }
  }

  private static StoreException damaged() {
    return StoreException.cursorUnknown("it is damaged");
  }
}
