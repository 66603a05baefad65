package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What comes back is what was saved, whatever it is. */
abstract class ContentContract extends Contract {
  private static final int COMMIT_LIMIT_BYTES = 3 * 1024 * 1024;

  /** Ids that something on the way could mistake for something else, or for each other. */
  private static final List<String> ODD_IDS =
      List.of(
          "plain",
          "Plain",
          " ",
          "  ",
          " leading",
          "trailing ",
          "with space",
          "*",
          ">",
          "a.*",
          "a.>",
          "a.*.b",
          "%",
          "%%",
          "%20",
          "%2E",
          "100%",
          "a%.b",
          ".",
          "..",
          "...",
          ".leading",
          "trailing.",
          "double..dot",
          "double.dot",
          "a.%.b",
          "a..b",
          "$JS.API",
          "_INBOX",
          "aether.e",
          "a/b\\c",
          "\"quoted\"",
          "{}",
          "é",
          "e\u0301",
          "ß",
          "日本語",
          "😀",
          "😀.👍🏽",
          "\u00a0",
          "\u200b",
          "\u2028",
          "\ufeff",
          "\uffff",
          "null",
          "0",
          "00",
          "-",
          "_");

  ContentContract(Fixture fixture) {
    super(fixture);
  }

  @Test
  void oddActorIdsComeBackByteForByteAndApart() {
    List<List<String>> lists =
        List.of(
            ODD_IDS, List.of("x".repeat(256), "😀".repeat(64), " ".repeat(256), ".".repeat(256)));
    Map<String, String> commits = new HashMap<>();
    for (List<String> ids : lists) {
      for (String id : ids) {
        SaveEventsRequest request = Requests.saveAt(namespace, id, 0).build();
        commits.put(id, request.getCommitId());
        assertEquals(1, a.save(request).getLastVersion(), id);
      }
    }
    commits.keySet().forEach(id -> a.save(Requests.saveAt(namespace, id, 1)));
    commits
        .keySet()
        .forEach(
            id -> {
              List<Event> events = b.events(namespace, id);
              assertEquals(versions(1, 2), versions(events), id);
              events.forEach(event -> assertEquals(id, event.getActorId()));
            });
    try (Subscriber subscriber = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      subscriber.awaitCommits(2 * commits.size());
      assertInOrder(subscriber.commits());
      subscriber
          .commits()
          .forEach(
              at -> {
                String id = at.getCommit().getActorId();
                if (at.getCommit().getFirstVersion() == 1) {
                  assertEquals(commits.get(id), at.getCommit().getCommitId());
                }
              });
    }
  }

  /**
   * Ids over all legal bytes; each second one differs from the one before by what encodings lose.
   */
  private static List<String> randomIds(int count) {
    Random random = random();
    Set<String> ids = new LinkedHashSet<>();
    while (ids.size() < count) {
      StringBuilder id = new StringBuilder();
      int maxBytes = 1 + random.nextInt(random.nextInt(8) == 0 ? 256 : 24);
      while (true) {
        String next = randomCharacter(random);
        if ((id + next).getBytes(StandardCharsets.UTF_8).length > maxBytes) {
          break;
        }
        id.append(next);
      }
      if (id.length() > 0) {
        ids.add(id.toString());
        ids.add(twin(random, id.toString()));
      }
    }
    return List.copyOf(ids);
  }

  private static String randomCharacter(Random random) {
    int kind = random.nextInt(10);
    if (kind < 4) {
      return String.valueOf(".%*> _-/\\+=$".charAt(random.nextInt(12)));
    }
    int limit = kind < 7 ? 0x80 : kind < 9 ? 0x3000 : 0x110000;
    int point = random.nextInt(limit);
    boolean legal =
        Character.getType(point) != Character.CONTROL
            && Character.getType(point) != Character.SURROGATE;
    return legal ? Character.toString(point) : "x";
  }

  /** Another legal id that a naive encoding takes for this one. */
  private static String twin(Random random, String id) {
    String other =
        switch (random.nextInt(7)) {
          case 0 -> id.replace('.', '_');
          case 1 -> id.replace(".", "%2E");
          case 2 -> id.replace("%", "%25");
          case 3 -> id.toUpperCase(Locale.ROOT);
          case 4 -> Normalizer.normalize(id, Normalizer.Form.NFD);
          case 5 -> id.replaceAll("\\.+", ".");
          default -> id.strip() + ".";
        };
    boolean legal = !other.isEmpty() && other.getBytes(StandardCharsets.UTF_8).length <= 256;
    return legal ? other : id;
  }

  @Test
  void randomActorIdsComeBackByteForByteAndApart() {
    List<String> ids = randomIds(rounds("random.ids", 600));
    List<SaveEventsRequest> saves =
        IntStream.range(0, ids.size())
            .mapToObj(i -> Requests.saveAt(namespace, ids.get(i), 0).setCommitId("id-" + i).build())
            .toList();
    SaveStreamer.answers(a, saves)
        .forEach(answer -> assertEquals(1, answer.getSaved().getLastVersion(), answer::toString));
    Map<String, String> read = new HashMap<>();
    b.store()
        .readLog(ReadLogRequest.newBuilder().setNamespacePattern(namespace).build())
        .forEachRemaining(
            frame ->
                frame
                    .getCommitsList()
                    .forEach(
                        at -> read.put(at.getCommit().getCommitId(), at.getCommit().getActorId())));
    assertEquals(ids.size(), read.size());
    for (int i = 0; i < ids.size(); i++) {
      String id = ids.get(i);
      assertEquals(id, read.get("id-" + i));
      List<Event> events = (i % 2 == 0 ? a : b).events(namespace, id);
      assertEquals(List.of(1L), versions(events), id);
      assertEquals(id, events.get(0).getActorId());
    }
    System.out.println(ids.size() + " actor ids came back and apart");
  }

  @Test
  void allThatAWriterGaveComesBack() {
    NewEvent event =
        NewEvent.newBuilder()
            .setEventId("my id, 100% é")
            .setEventType("Something happened: é > *")
            .setCommandId("command\n1")
            .setData(ByteString.copyFrom(new byte[] {0, 1, -1, 127, -128}))
            .setContentType("application/x-mine; v=1")
            .putMetadata("", "")
            .putMetadata("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .putMetadata("é\n", "\u0000")
            .setTimestamp(Timestamp.newBuilder().setSeconds(1_234_567_890).setNanos(123_456_789))
            .build();
    SaveEventsRequest request =
        Requests.save(namespace, actor, 0).setExpectedVersion(0).addEvents(event).build();
    a.save(request);

    Event expected =
        Event.newBuilder()
            .setEventId(event.getEventId())
            .setEventType(event.getEventType())
            .setCommandId(event.getCommandId())
            .setData(event.getData())
            .setContentType(event.getContentType())
            .putAllMetadata(event.getMetadataMap())
            .setTimestamp(event.getTimestamp())
            .setActorId(actor)
            .setVersion(1)
            .build();
    assertEquals(List.of(expected), b.events(namespace, actor));
    try (Subscriber subscriber = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      assertEquals(List.of(expected), subscriber.awaitCommits(1).events());
    }
  }

  @Test
  void anEventWithoutDataComesBackWithoutData() {
    a.save(
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(0)
            .addEvents(NewEvent.newBuilder().setEventType("Empty")));
    assertEquals(ByteString.EMPTY, b.events(namespace, actor).get(0).getData());
  }

  @Test
  void theServerFillsInWhatAWriterLeftOut() {
    Instant before = Instant.now();
    a.save(Requests.save(namespace, actor, 2).setExpectedVersion(0));
    List<Event> events = b.events(namespace, actor);

    for (Event event : events) {
      assertEquals(7, UUID.fromString(event.getEventId()).version());
      assertEquals(2, UUID.fromString(event.getEventId()).variant());
      assertEquals("application/json", event.getContentType());
      Instant at =
          Instant.ofEpochSecond(event.getTimestamp().getSeconds(), event.getTimestamp().getNanos());
      assertTrue(Duration.between(before, at).abs().compareTo(Duration.ofMinutes(1)) < 0);
    }
    assertNotEquals(events.get(0).getEventId(), events.get(1).getEventId());
    assertEquals(events, a.events(namespace, actor), "they are stored, not made anew");
  }

  @Test
  void timestampsKeepTheirNanosecondsOverTheirWholeRange() {
    List<Timestamp> timestamps =
        List.of(
            Timestamp.newBuilder().setSeconds(0).setNanos(1).build(),
            Timestamp.newBuilder().setSeconds(-1).setNanos(999_999_999).build(),
            Timestamp.getDefaultInstance(),
            Timestamp.newBuilder().setSeconds(-62_135_596_800L).build(),
            Timestamp.newBuilder().setSeconds(253_402_300_799L).setNanos(999_999_999).build());
    SaveEventsRequest.Builder request = Requests.save(namespace, actor, 0).setExpectedVersion(0);
    timestamps.forEach(
        timestamp -> request.addEvents(Requests.event("E").toBuilder().setTimestamp(timestamp)));
    a.save(request);
    assertEquals(timestamps, b.events(namespace, actor).stream().map(Event::getTimestamp).toList());
  }

  @Test
  void fieldsMayBeAsLongAsTheirLimits() {
    Map<String, String> metadata = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      metadata.put("%04d".formatted(i), "v".repeat(252));
    }
    NewEvent event =
        NewEvent.newBuilder()
            .setEventType("é".repeat(128))
            .setEventId("i".repeat(256))
            .setCommandId("c".repeat(256))
            .setContentType("t".repeat(256))
            .putAllMetadata(metadata)
            .build();
    String commitId = "aZ0_.:-" + "c".repeat(57);
    a.save(
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(0)
            .setCommitId(commitId)
            .addEvents(event));
    Event read = b.events(namespace, actor).get(0);
    assertEquals(metadata, read.getMetadataMap());
    assertEquals(event.getEventType(), read.getEventType());
    try (Subscriber subscriber = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      assertEquals(List.of(commitId), subscriber.awaitCommits(1).commitIds());
    }
  }

  @Test
  void aNamespaceMayHaveSixtyFourBytes() {
    String longest = (Requests.unique("n") + ".A-z_0." + "n".repeat(64)).substring(0, 64);
    a.save(Requests.saveAt(longest, actor, 0));
    assertEquals(1, b.latest(longest, actor));
  }

  @Test
  void aCommitJustBelowTheLimitComesBackToAnyClient() {
    a.save(
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(0)
            .addEvents(Requests.heavyEvent(COMMIT_LIMIT_BYTES - 1024)));
    assertEquals(COMMIT_LIMIT_BYTES - 1024, b.events(namespace, actor).get(0).getData().size());
    try (Subscriber subscriber = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      assertEquals(
          Requests.heavyEvent(COMMIT_LIMIT_BYTES - 1024).getData(),
          subscriber.awaitCommits(1).events().get(0).getData());
    }
  }

  @Test
  void aCommitBeyondTheLimitIsRefusedWithLimitAndSize() {
    saveOneByOne(1);
    for (SaveEventsRequest request :
        List.of(
            Requests.save(namespace, actor, 0)
                .setExpectedVersion(1)
                .addEvents(Requests.heavyEvent(COMMIT_LIMIT_BYTES))
                .build(),
            Requests.save(namespace, actor, 0)
                .setExpectedVersion(1)
                .addEvents(Requests.heavyEvent(2_000_000))
                .addEvents(Requests.heavyEvent(2_000_000))
                .build(),
            Requests.save(namespace, actor, 0)
                .setExpectedVersion(1)
                .addEvents(Requests.heavyEvent(16_000_000))
                .build())) {
      Refusal refusal = Refusal.of(() -> a.save(request));
      assertEquals(Status.Code.INVALID_ARGUMENT, refusal.code());
      assertEquals("COMMIT_TOO_LARGE", refusal.reason());
      long limit = Long.parseLong(refusal.metadata().getOrDefault("limit_bytes", ""));
      long size = Long.parseLong(refusal.metadata().getOrDefault("size_bytes", ""));
      assertEquals(COMMIT_LIMIT_BYTES, limit);
      assertTrue(size > limit, size + " bytes");
    }
    assertEquals(1, b.latest(namespace, actor));
  }
}
