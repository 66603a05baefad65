package dev.aether.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.internal.messages.CommitIds;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class ValuesTest {

  @Test
  void bytesStayAsTheyWereWhateverIsDoneToTheirArrays() {
    byte[] array = {1, 2, 3};
    Bytes bytes = Bytes.copyOf(array);
    array[0] = 9;
    bytes.toByteArray()[1] = 9;

    assertArrayEquals(new byte[] {1, 2, 3}, bytes.toByteArray());
    assertThrows(ReadOnlyBufferException.class, () -> bytes.asReadOnlyByteBuffer().put((byte) 9));
  }

  @Test
  void bytesAreEqualByContentHoweverTheyWereMade() {
    assertEquals(Bytes.utf8("aé"), Bytes.wrap(new byte[] {'a', (byte) 0xc3, (byte) 0xa9}));
    assertEquals(
        Bytes.utf8("aé").hashCode(),
        Bytes.wrap(new byte[] {'a', (byte) 0xc3, (byte) 0xa9}).hashCode());
    assertEquals("aé", Bytes.utf8("aé").toUtf8());
    assertEquals("Bytes[3]", Bytes.utf8("aé").toString());
  }

  @Test
  void commitIdsAreUuidsOfVersion7AndDifferent() {
    long before = System.currentTimeMillis();
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      UUID id = UUID.fromString(CommitIds.next());
      assertEquals(7, id.version());
      assertEquals(2, id.variant());
      long millis = id.getMostSignificantBits() >>> 16;
      assertTrue(millis >= before && millis <= System.currentTimeMillis());
      ids.add(id.toString());
    }
    assertEquals(10_000, ids.size());
  }

  @Test
  void numbersThatCannotBeMeantAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> ExpectedVersion.exactly(-1));
    assertThrows(
        IllegalArgumentException.class, () -> CallSettings.defaults().withDeadline(Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> RepeatOptions.never().withMaxAttempts(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> AetherClient.builder().deadline(Duration.ZERO).build());
    assertThrows(IllegalArgumentException.class, () -> Cursor.of(""));
  }

  @Test
  void versionsToReadFromAreUnsigned() {
    assertEquals(
        -1, ReadOptions.from(Long.parseUnsignedLong("18446744073709551615")).fromVersion());
    assertEquals(
        "Exactly[version=18446744073709551615]", new ExpectedVersion.Exactly(-1).toString());
  }

  @Test
  void textThatUtf8CannotSayIsRefusedAndNotSentAsAnotherText() {
    String half = "a\ud800";
    assertThrows(IllegalArgumentException.class, () -> NewEvent.json(half, "{}"));
    assertThrows(
        IllegalArgumentException.class,
        () -> NewEvent.builder("A").metadata("key", "\udc00v").build());
    assertThrows(
        IllegalArgumentException.class,
        () -> SaveCommand.builder(half, ExpectedVersion.any()).build());
    assertThrows(
        IllegalArgumentException.class, () -> Snapshot.builder(half, 1, Bytes.utf8("")).build());
    try (AetherClient client = AetherClient.connect("127.0.0.1:1")) {
      assertThrows(IllegalArgumentException.class, () -> client.latestVersion(half));
      assertThrows(IllegalArgumentException.class, () -> client.events(half));
      assertThrows(IllegalArgumentException.class, () -> client.loadActor(half));
    }
    assertEquals("\ud83d\ude00", NewEvent.json("\ud83d\ude00", "{}").type());
  }
}
