package dev.aether.server.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import dev.aether.server.bus.SharedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Commit;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Stored commits are checked and sent without being decoded; protobuf says what is right. */
class EncodedCommitTest {
  private static final Namespace NAMESPACE = new Namespace("shop.eu");
  private static final ActorId ACTOR = new ActorId("order 17.😀");
  private static final int COMMITS = 2_000;

  /** A field that no version of Aether knows. */
  private static final UnknownFieldSet UNKNOWN =
      UnknownFieldSet.newBuilder()
          .addField(77, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
          .build();

  private final long seed = Long.getLong("aether.test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  private static byte[] golden() throws IOException {
    try (InputStream in =
        EncodedCommitTest.class.getResourceAsStream("/golden/format-1/commit.base64")) {
      return Base64.getMimeDecoder().decode(in.readAllBytes());
    }
  }

  private String text(int maxChars) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(maxChars + 1); left > 0; left--) {
      text.appendCodePoint(List.of('a' + random.nextInt(26), 0xfc, 0x1f600).get(random.nextInt(3)));
    }
    return text.toString();
  }

  private NewEvent event() {
    NewEvent.Builder event =
        NewEvent.newBuilder()
            .setEventId(text(20))
            .setEventType("type-" + random.nextInt(4))
            .setCommandId(text(5))
            .setData(ByteString.copyFromUtf8(text(300)))
            .setContentType(text(5));
    for (int keys = random.nextInt(3); keys > 0; keys--) {
      event.putMetadata(text(4), text(4));
    }
    if (random.nextBoolean()) {
      event.setTimestamp(
          Timestamp.newBuilder().setSeconds(random.nextLong()).setNanos(random.nextInt()));
    }
    return event.build();
  }

  private byte[] body() {
    List<NewEvent> events = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      events.add(event());
    }
    long firstVersion = 1 + random.nextInt(random.nextBoolean() ? 3 : 100_000);
    return CommitCodec.encode(NAMESPACE, ACTOR, new CommitId("c-1"), firstVersion, events);
  }

  private String at() {
    return "with -Daether.test.seed=" + seed;
  }

  /** What {@link CommitCodec#check} must find, by protobuf's parser. */
  private static boolean isValid(byte[] body) {
    try {
      Commit commit = Commit.parseFrom(body);
      boolean valid =
          commit.getNamespace().equals(NAMESPACE.name())
              && commit.getActorId().equals(ACTOR.value())
              && commit.getEventsCount() > 0
              && commit.getFirstVersion() > 0
              && commit.getLastVersion() == commit.getFirstVersion() + commit.getEventsCount() - 1;
      for (int i = 0; i < commit.getEventsCount(); i++) {
        Event event = commit.getEvents(i);
        valid &=
            event.getVersion() == commit.getFirstVersion() + i
                && event.getActorId().equals(ACTOR.value());
      }
      return valid;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static Optional<EncodedCommit> check(byte[] body) {
    try {
      return Optional.of(CommitCodec.check(body, NAMESPACE, ACTOR));
    } catch (CorruptRecordException e) {
      return Optional.empty();
    }
  }

  private static boolean isUsual(byte[] body) {
    return UsualForm.recognise(ByteString.copyFrom(body), NAMESPACE, ACTOR).isPresent();
  }

  private static void assertSentAsProtobufWould(byte[] body, String at) throws IOException {
    LogEntry.StoredCommit stored =
        new LogEntry.StoredCommit(
            3, 1L << 40, Instant.ofEpochSecond(1_700_000_000, 7), ACTOR, check(body).orElseThrow());
    CommitAt expected =
        CommitAt.newBuilder()
            .setPartition(3)
            .setPosition(1L << 40)
            .setStoredAt(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(7))
            .setCommit(Commit.parseFrom(body))
            .build();
    assertEquals(expected, CommitAt.parseFrom(SharedCommit.encode(stored)), at);
    if (isUsual(body)) {
      assertEquals(expected.toByteString(), SharedCommit.encode(stored), at);
    }
  }

  @Test
  void theGoldenCommitIsSentAsItIsStored() throws IOException {
    assertTrue(isUsual(golden()));
    assertEquals(ByteString.copyFrom(golden()), check(golden()).orElseThrow().bytes());
    assertSentAsProtobufWould(golden(), "the golden file");
  }

  @Test
  void everyCommitThatIsWrittenTodayIsRecognisedWithoutDecoding() throws IOException {
    for (int i = 0; i < COMMITS; i++) {
      byte[] body = body();
      Commit commit = Commit.parseFrom(body);
      assertTrue(isUsual(body), at());
      EncodedCommit encoded = check(body).orElseThrow();
      assertEquals(commit.getFirstVersion(), encoded.firstVersion(), at());
      assertEquals(commit.getLastVersion(), encoded.lastVersion(), at());
      assertEquals(commit, encoded.decode(), at());
      assertEquals(
          commit.getEventsList().stream().map(Event::toByteString).toList(),
          encoded.events(),
          at());
      for (int type = 0; type < 4; type++) {
        String wanted = "type-" + type;
        assertEquals(
            commit.getEventsList().stream().anyMatch(e -> e.getEventType().equals(wanted)),
            encoded.hasEventOf(Set.of("other", wanted)),
            at());
      }
      assertSentAsProtobufWould(body, at());
    }
  }

  @Test
  void unknownFieldsAndAnotherOrderOfFieldsAreKept() throws IOException {
    for (int i = 0; i < COMMITS; i++) {
      Commit.Builder commit = Commit.parseFrom(body()).toBuilder();
      commit.getEventsBuilder(0).setUnknownFields(UNKNOWN);
      if (random.nextBoolean()) {
        commit.setUnknownFields(UNKNOWN);
      }
      // The fields of the second part come after those of the first, and override them.
      byte[] body =
          Commit.newBuilder()
              .setFirstVersion(99)
              .setCommitId("another")
              .build()
              .toByteString()
              .concat(commit.build().toByteString())
              .toByteArray();
      assertFalse(isUsual(body), at());
      EncodedCommit encoded = check(body).orElseThrow();
      assertEquals(commit.getFirstVersion(), encoded.firstVersion(), at());
      assertEquals(commit.build(), encoded.decode(), at());
      assertTrue(encoded.hasEventOf(Set.of(commit.getEvents(0).getEventType())), at());
      assertSentAsProtobufWould(body, at());
    }
  }

  @Test
  void damageIsFoundExactlyWhereProtobufFindsIt() {
    int damaged = 0;
    for (int i = 0; i < 20 * COMMITS; i++) {
      byte[] body = body();
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
      }
      boolean valid = isValid(body);
      assertEquals(valid, check(body).isPresent(), () -> at());
      assertTrue(valid || !isUsual(body), at());
      damaged += valid ? 0 : 1;
    }
    assertTrue(damaged > COMMITS, "only " + damaged + " were damaged, " + at());
  }

  @Test
  void aCommitOfAnotherActorOrNamespaceIsDamage() {
    byte[] body = body();
    assertFalse(
        UsualForm.recognise(ByteString.copyFrom(body), NAMESPACE, new ActorId("other"))
            .isPresent());
    assertFalse(
        UsualForm.recognise(ByteString.copyFrom(body), new Namespace("other"), ACTOR).isPresent());
  }
}
