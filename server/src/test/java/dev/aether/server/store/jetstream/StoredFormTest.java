package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.codec.CommitCodec;
import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.codec.RequestDigest;
import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.SkipPointers;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import dev.aether.v1.Snapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Golden files pin format 1: it can be read forever, and is still written byte by byte. */
class StoredFormTest {
  private static final Namespace NAMESPACE = new Namespace("shop.eu");
  private static final ActorId ACTOR = new ActorId("order 17.😀");

  private static final NewEvent FULL =
      NewEvent.newBuilder()
          .setEventId("e-1")
          .setEventType("order placed")
          .setCommandId("c-1")
          .setData(ByteString.copyFromUtf8("{\"total\":12.50}"))
          .setContentType("application/json")
          .putMetadata("user_id", "ü")
          .setTimestamp(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(123_456_789))
          .build();
  private static final NewEvent BARE = NewEvent.newBuilder().setEventType("order paid").build();

  private static byte[] golden(String name) {
    try (InputStream in = StoredFormTest.class.getResourceAsStream("/golden/format-1/" + name)) {
      if (in == null) {
        throw new IllegalStateException("no golden file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String goldenText(String name) {
    return new String(golden(name), StandardCharsets.UTF_8).strip();
  }

  private static byte[] encoded() {
    NewEvent bare =
        BARE.toBuilder()
            .setEventId("e-2")
            .setContentType("application/json")
            .setTimestamp(FULL.getTimestamp())
            .build();
    return CommitCodec.encode(NAMESPACE, ACTOR, new CommitId("commit:1"), 5, List.of(FULL, bare));
  }

  /** The value of {@link #encoded}, built with protobuf. */
  private static Commit commit() {
    return Commit.newBuilder()
        .setCommitId("commit:1")
        .setNamespace(NAMESPACE.name())
        .setActorId(ACTOR.value())
        .setFirstVersion(5)
        .setLastVersion(6)
        .addEvents(event(FULL, "e-1").setVersion(5))
        .addEvents(event(BARE, "e-2").setVersion(6))
        .build();
  }

  private static Event.Builder event(NewEvent event, String id) {
    return Event.newBuilder()
        .setEventId(id)
        .setEventType(event.getEventType())
        .setCommandId(event.getCommandId())
        .setData(event.getData())
        .setContentType("application/json")
        .putAllMetadata(event.getMetadataMap())
        .setTimestamp(FULL.getTimestamp())
        .setActorId(ACTOR.value());
  }

  private static CommitHeader header() {
    SkipPointers before = SkipPointers.EMPTY.push(3, 1).push(9, 2).push(20, 3).push(1041, 4);
    return new CommitHeader(5, 6, 'v', RequestDigest.of(List.of(FULL, BARE)), before, "commit:1");
  }

  @Test
  void aCommitIsEncodedAsInTheGoldenFile() {
    byte[] golden = Base64.getMimeDecoder().decode(golden("commit.base64"));
    assertArrayEquals(golden, encoded(), () -> Base64.getEncoder().encodeToString(encoded()));
  }

  @Test
  void aHeaderIsFormattedAsInTheGoldenFile() throws CorruptRecordException {
    assertEquals(goldenText("header.txt"), header().format());
    assertEquals(header(), CommitHeader.parse(goldenText("header.txt")));
  }

  @Test
  void aFirstCommitsHeaderIsFormattedAsInTheGoldenFile() throws CorruptRecordException {
    CommitHeader first =
        new CommitHeader(1, 1, 'a', RequestDigest.of(List.of(BARE)), SkipPointers.EMPTY, "x");
    assertEquals(goldenText("first-header.txt"), first.format());
    assertEquals(first, CommitHeader.parse(goldenText("first-header.txt")));
  }

  @Test
  void aStoredMessageIsDecodedAsItsCommit() {
    LogEntry entry = CommitMessages.entry(log(), message(goldenText("header.txt"), body()));
    assertEquals(
        new LogEntry.StoredCommit(0, 2077, Instant.EPOCH, ACTOR, EncodedCommit.of(commit())),
        entry);
  }

  @Test
  void aNewerFormatIsRefusedWithItsNumber() {
    String newer = "2" + goldenText("header.txt").substring(1);
    LogEntry entry = CommitMessages.entry(log(), message(newer, body()));
    assertTrue(entry instanceof LogEntry.Corrupt corrupt && corrupt.why().contains("format 2"));
  }

  private static Snapshot snapshot() {
    return Snapshot.newBuilder()
        .setActorId(ACTOR.value())
        .setVersion(6)
        .setState(ByteString.copyFromUtf8("{\"paid\":true}"))
        .setContentType("application/json")
        .putMetadata("schema", "ü")
        .setTimestamp(FULL.getTimestamp())
        .build();
  }

  @Test
  void aSnapshotsRecordIsEncodedAsInTheGoldenFile() throws CorruptRecordException {
    byte[] golden = Base64.getMimeDecoder().decode(golden("snapshot.base64"));
    byte[] written = SnapshotCodec.stored(snapshot(), 2077);
    assertArrayEquals(golden, written, () -> Base64.getEncoder().encodeToString(written));
    SnapshotRecord read = SnapshotCodec.decode(golden, ACTOR);
    assertEquals(snapshot(), read.getSnapshot());
    assertEquals(2077, read.getAfter());
  }

  @Test
  void aDeletedSnapshotsRecordIsEncodedAsInTheGoldenFile() throws CorruptRecordException {
    byte[] golden = Base64.getMimeDecoder().decode(golden("snapshot-deleted.base64"));
    byte[] written = SnapshotCodec.deleted(2077);
    assertArrayEquals(golden, written, () -> Base64.getEncoder().encodeToString(written));
    assertTrue(SnapshotCodec.decode(golden, ACTOR).hasDeleted());
  }

  @Test
  void theStreamAndSubjectsOfSnapshotsNeverChange() {
    var incarnation =
        new Namespaces.Info(NAMESPACE, "abcdefghij", 1, 3, 0, java.time.Instant.EPOCH);
    assertEquals("AETHER-SNAPSHOTS-abcdefghij-shop+eu", SubjectCodec.snapshotStream(incarnation));
    assertEquals(
        "aether.s.abcdefghij.0.order%2017.%F0%9F%98%80",
        SubjectCodec.snapshotSubject(log(), ACTOR));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1 5 6 5 v d 1041:4,20:3 commit:1 more",
        "1 0 6 5 v d 1041:4,20:3 c",
        "1 6 5 5 v d 1041:4,20:3 c",
        "1 5 6 5 vv d 1041:4,20:3 c",
        "1 5 6 8 v d 1041:4,20:3 c",
        "1 5 6 5 v d 1041,20:3 c",
        "1 5 6 5 v d ~ c",
        "1 99999999999999999999 6 1 v d ~ c"
      })
  void aDamagedHeaderIsDetected(String text) {
    assertThrows(CorruptRecordException.class, () -> CommitHeader.parse(text));
  }

  @Test
  void aBodyThatDoesNotMatchItsHeaderIsDetected() {
    byte[] body = body();
    String header = goldenText("header.txt");
    assertCorrupt(message(header, new byte[0]));
    assertCorrupt(message(header, Arrays.copyOf(body, body.length - 1)));
    assertCorrupt(message(header.replace("1 5 6 5", "1 6 7 5"), body));
    assertCorrupt(
        new StoredMessage(2077, "aether.e.abcdefghij.0.other", Instant.EPOCH, header, body));
    assertCorrupt(
        new StoredMessage(2077, message(header, body).subject(), Instant.EPOCH, null, body));
  }

  private static void assertCorrupt(StoredMessage message) {
    LogEntry entry = CommitMessages.entry(log(), message);
    assertTrue(entry instanceof LogEntry.Corrupt, entry::toString);
    assertEquals(2077, entry.position());
  }

  private static LogId log() {
    return new LogId(NAMESPACE, "abcdefghij", 0);
  }

  private static StoredMessage message(String header, byte[] body) {
    return new StoredMessage(2077, SubjectCodec.subject(log(), ACTOR), Instant.EPOCH, header, body);
  }

  private static byte[] body() {
    return Base64.getMimeDecoder().decode(golden("commit.base64"));
  }
}
