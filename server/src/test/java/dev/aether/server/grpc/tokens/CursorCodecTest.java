package dev.aether.server.grpc.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.UnknownFieldSet;
import dev.aether.server.event.Cursor;
import dev.aether.server.event.Cursor.LogKey;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.wire.CursorRecord;
import dev.aether.server.wire.NamespacePosition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import java.util.zip.DeflaterInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorCodecTest {
  private static final CursorCodec CODEC = new CursorCodec(42, NamePattern.of("default"));
  private static final Cursor CURSOR =
      new Cursor(
          Map.of(
              new LogKey("abcdefghij", 0), Mark.at(7),
              new LogKey("klmnopqrst", 1), Mark.at(1_000_000_000_000L)));

  /** A cursor from before cursors contained fingerprints. */
  private static final String GOLDEN =
      "AQkqAAAAAAAAABF9aBnOwe6oNxoPCgphYmNkZWZnaGlqEgEHGhUKCmtsbW5vcHFyc3QSBwCAoJSljR1V1hhY";

  /** A cursor with fingerprints. */
  private static final String GOLDEN_WITH_FINGERPRINTS =
      "AQkqAAAAAAAAABF9aBnOwe6oNxoVCgphYmNkZWZnaGlqEgEHGgRh8Y-aGhoKCmtsbW5vcHFyc3QSAgAIGggAAAAARomKwfBYrA8";

  /** The first cursor in format 2. */
  private static final String GOLDEN_DEFLATED =
      "AngB49RigADB2gzJcwffrTCX4ufiSkxKTklNS8_IzBJiZJcS5eLKzsnNyy8oLCouEWJnaFgwZWmvLACpIBCnj_oZaw";

  private static final String INCARNATION_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

  private static Cursor decode(String text) {
    return CODEC.decode(text, any -> {});
  }

  @Test
  void aCursorSurvivesEncodingAndDecoding() {
    assertEquals(
        Map.of(
            new LogKey("abcdefghij", 0), Mark.at(7),
            new LogKey("klmnopqrst", 0), Mark.NONE,
            new LogKey("klmnopqrst", 1), Mark.at(1_000_000_000_000L)),
        decode(CODEC.encode(CURSOR)).positions());
  }

  @Test
  void aCursorOfAnOlderReleaseIsDecoded() {
    assertEquals(GOLDEN, CODEC.encode(CURSOR));
    assertEquals(Mark.at(7), decode(GOLDEN).positions().get(new LogKey("abcdefghij", 0)));
  }

  @Test
  void aCursorOverTwiceTheNamespacesOfAStoreFitsInOneMessage() {
    Cursor cursor = cursorOver(200_000);
    String text = CODEC.encode(cursor);
    assertTrue(text.length() < 4 * 1024 * 1024 - 64 * 1024, () -> text.length() + " bytes");
    Map<LogKey, Mark> positions = new HashMap<>(cursor.positions());
    positions.replaceAll((log, mark) -> Mark.at(mark.position()));
    assertEquals(new Cursor(positions), decode(text), "more than what there is room for");
  }

  @Test
  void aCursorOverAllNamespacesOfAStoreHasFingerprints() {
    Cursor cursor = cursorOver(100_000);
    assertEquals(cursor, decode(CODEC.encode(cursor)));
  }

  @Test
  void aCursorWithFingerprintsIsDecoded() {
    Instant storedAt = Instant.parse("2026-11-28T13:14:15.123456789Z");
    Cursor cursor =
        new Cursor(
            Map.of(
                new LogKey("abcdefghij", 0), Mark.of(7, storedAt),
                new LogKey("klmnopqrst", 0), Mark.NONE,
                new LogKey("klmnopqrst", 1), Mark.of(8, storedAt.plusNanos(1))));
    assertEquals(GOLDEN_WITH_FINGERPRINTS, CODEC.encode(cursor));
    assertEquals(cursor, decode(GOLDEN_WITH_FINGERPRINTS));
    assertEquals(0x9a8ff161, Mark.of(7, storedAt).fingerprint());
  }

  @Test
  void aCursorThatIsTooLargeIsRefusedWithItsPattern() {
    Cursor cursor = cursorOver(400_000);
    var refused = assertThrows(StoreException.InvalidRequest.class, () -> CODEC.encode(cursor));
    assertEquals("namespace_pattern", refused.violations().get(0).field());
  }

  @Test
  void aDeflatedCursorOfAnOlderReleaseIsDecoded() {
    assertEquals(decode(GOLDEN), decode(GOLDEN_DEFLATED));
  }

  private static Mark mark(long position) {
    return Mark.of(position, Instant.ofEpochSecond(0, position));
  }

  /** Like in a real store: incarnations of random letters, positions up to four billion. */
  private static Cursor cursorOver(int logs) {
    Random random = new Random(logs);
    Map<LogKey, Mark> positions = new HashMap<>();
    for (int i = 0; i < logs; i++) {
      String incarnation =
          random
              .ints(10, 0, INCARNATION_LETTERS.length())
              .mapToObj(INCARNATION_LETTERS::charAt)
              .map(String::valueOf)
              .collect(Collectors.joining());
      positions.put(new LogKey(incarnation, 0), mark(random.nextLong(1L << 32)));
    }
    return new Cursor(positions);
  }

  private static void assertUnknown(CursorCodec codec, String text) {
    var refused = assertThrows(StoreException.class, () -> codec.decode(text, any -> {}));
    assertEquals(Reason.CURSOR_UNKNOWN, refused.reason());
  }

  @Test
  void everyChangedCharacterIsDetected() {
    String text = CODEC.encode(CURSOR);
    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'A' ? 'B' : 'A';
      String damaged = text.substring(0, i) + other + text.substring(i + 1);
      assertUnknown(CODEC, damaged);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "AQ", "not base64!", "AAAAAAAA"})
  void textThatIsNotACursorIsUnknown(String text) {
    assertUnknown(CODEC, text);
  }

  private static String forged(int format, byte[] body) {
    ByteBuffer forged = ByteBuffer.allocate(1 + body.length + 4).put((byte) format).put(body);
    CRC32C crc = new CRC32C();
    crc.update(forged.array(), 0, 1 + body.length);
    forged.putInt((int) crc.getValue());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(forged.array());
  }

  private static byte[] deflated(byte[] record) throws IOException {
    return new DeflaterInputStream(new ByteArrayInputStream(record)).readAllBytes();
  }

  @Test
  void theElementsOfACursorAreToldBeforeTheyTakeMemory() throws IOException {
    NamespacePosition.Builder positions =
        NamespacePosition.newBuilder().addAllPositions(Collections.nCopies(300_000, 0L));
    CursorRecord.Builder namespaces = CursorRecord.newBuilder();
    Collections.nCopies(300_000, NamespacePosition.getDefaultInstance())
        .forEach(namespaces::addNamespaces);
    UnknownFieldSet.Field.Builder field = UnknownFieldSet.Field.newBuilder();
    Collections.nCopies(300_000, 1L).forEach(field::addVarint);
    NamespacePosition.Builder unknown =
        NamespacePosition.newBuilder()
            .setUnknownFields(UnknownFieldSet.newBuilder().addField(9, field.build()).build());
    for (CursorRecord record :
        List.of(
            CursorRecord.newBuilder().addNamespaces(positions).build(),
            CursorRecord.newBuilder().addNamespaces(unknown).build(),
            namespaces.build())) {
      StoreException tooMany = StoreException.cursorUnknown("for this test");
      AtomicLong told = new AtomicLong();
      var thrown =
          assertThrows(
              StoreException.class,
              () ->
                  CODEC.decode(
                      forged(1, record.toByteArray()),
                      elements -> {
                        told.set(elements);
                        throw tooMany;
                      }));
      assertSame(tooMany, thrown);
      assertTrue(told.get() >= 300_000, () -> told + " elements");
    }
  }

  @Test
  void aTextThatInflatesToMuchMoreThanAnyCursorIsUnknown() throws IOException {
    byte[] zeros =
        CursorRecord.newBuilder()
            .addNamespaces(
                NamespacePosition.newBuilder().addAllPositions(Collections.nCopies(300_000, 0L)))
            .build()
            .toByteArray();
    String text = forged(2, deflated(zeros));
    assertTrue(text.length() < 1000, text);
    assertUnknown(CODEC, text);
    AtomicLong told = new AtomicLong();
    assertThrows(StoreException.class, () -> CODEC.decode(text, told::set));
    assertEquals(0, told.get());
  }

  @Test
  void aCursorOfAnotherPatternOrStoreIsUnknown() {
    String text = CODEC.encode(CURSOR);
    CursorCodec otherPattern = new CursorCodec(42, NamePattern.of("default.>"));
    CursorCodec otherStore = new CursorCodec(43, NamePattern.of("default"));
    assertUnknown(otherPattern, text);
    assertUnknown(otherStore, text);
  }
}
