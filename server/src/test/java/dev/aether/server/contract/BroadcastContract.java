package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.aether.v1.Broadcast;
import dev.aether.v1.Detail;
import dev.aether.v1.Filter;
import dev.aether.v1.NewEvent;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.Status;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Publish, and what subscribers that asked for broadcasts get of it. */
abstract class BroadcastContract extends Contract {
  private static final int COMMIT_LIMIT_BYTES = 3 * 1024 * 1024;

  BroadcastContract(Fixture fixture) {
    super(fixture);
  }

  private static SubscribeRequest.Builder withBroadcasts(String pattern) {
    return Requests.live(pattern).setIncludeBroadcasts(true);
  }

  private static Subscriber listen(Node node, SubscribeRequest.Builder request) {
    return Subscriber.open(node, request).awaitCaughtUp();
  }

  /** Waits for the last one that is published, and says what came up to then. */
  private static List<String> upToTheLast(Subscriber subscriber) {
    return types(subscriber.await("the last", s -> types(s).contains("Last")));
  }

  private static List<String> types(Subscriber subscriber) {
    return subscriber.broadcasts().stream().map(b -> b.getEvent().getEventType()).toList();
  }

  @Test
  void aBroadcastComesOnceToThoseWhoAskedForItOnEveryNode() {
    try (Subscriber onA = listen(a, withBroadcasts(namespace));
        Subscriber onB = listen(b, withBroadcasts(namespace));
        Subscriber without = listen(b, Requests.live(namespace))) {
      for (Node node : List.of(a, b)) {
        node.publish(namespace, Requests.event("Ping"));
      }
      a.publish(namespace, Requests.event("Last"));
      for (Subscriber subscriber : List.of(onA, onB)) {
        // Those of two nodes may overtake each other.
        subscriber.await("three broadcasts", s -> s.broadcasts().size() >= 3);
        assertEquals(2, types(subscriber).stream().filter("Ping"::equals).count());
        subscriber.broadcasts().forEach(b -> assertEquals(namespace, b.getNamespace()));
      }
      a.save(Requests.saveAt(namespace, actor, 0));
      without.awaitCommits(1);
      assertEquals(List.of(), without.broadcasts());
    }
  }

  @Test
  void whatThePublisherLeftEmptyIsFilledInAndTheSameForAll() {
    try (Subscriber onA = listen(a, withBroadcasts(namespace));
        Subscriber onB = listen(b, withBroadcasts(namespace))) {
      Timestamp before = now();
      a.publish(namespace, NewEvent.newBuilder().setEventType("Ping").build());
      Broadcast seen = onA.awaitBroadcasts(1).broadcasts().get(0);
      assertEquals(seen, onB.awaitBroadcasts(1).broadcasts().get(0));
      NewEvent event = seen.getEvent();
      assertEquals(7, UUID.fromString(event.getEventId()).version());
      assertEquals("application/json", event.getContentType());
      assertTrue(Timestamps.compare(before, event.getTimestamp()) <= 0, event::toString);
      assertTrue(Timestamps.compare(event.getTimestamp(), now()) <= 0, event::toString);
    }
  }

  /**
   * As precise as the server's own clock: a broadcast can arrive within the millisecond in which it
   * was published.
   */
  private static Timestamp now() {
    Instant now = Instant.now();
    return Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build();
  }

  @Test
  void whatThePublisherSetComesByteForByte() {
    NewEvent whole =
        NewEvent.newBuilder()
            .setEventId("mine 😀")
            .setEventType("Type with spaces")
            .setCommandId("command")
            .setData(ByteString.copyFrom(new byte[] {0, -1, 10}))
            .setContentType("application/octet-stream")
            .putMetadata("traceparent", "00-1-2-03")
            .setTimestamp(Timestamp.newBuilder().setSeconds(1).setNanos(123_456_789))
            .build();
    try (Subscriber onB = listen(b, withBroadcasts(namespace))) {
      a.publish(namespace, whole);
      assertEquals(whole, onB.awaitBroadcasts(1).broadcasts().get(0).getEvent());
    }
  }

  @Test
  void aNamespaceThatNobodyMadeIsReachedByPatternsAndNotMade() {
    String missing = namespace + ".x.y";
    try (Subscriber rest = listen(b, withBroadcasts(namespace + ".>"));
        Subscriber each = listen(a, withBroadcasts(namespace + ".*.y"));
        Subscriber itself = listen(b, withBroadcasts(missing));
        Subscriber shorter = listen(a, withBroadcasts(namespace + ".*"))) {
      a.publish(missing, Requests.event("Ping"));
      a.publish(namespace + ".z", Requests.event("Last"));
      for (Subscriber subscriber : List.of(rest, each, itself)) {
        Broadcast seen = subscriber.awaitBroadcasts(1).broadcasts().get(0);
        assertEquals(missing, seen.getNamespace());
      }
      assertEquals(List.of("Last"), upToTheLast(shorter));
      assertEquals(Status.Code.NOT_FOUND, Refusal.of(() -> b.namespace(missing)).code());
    }
  }

  @Test
  void anEmptyNamespaceIsTheDefaultOne() {
    String type = Requests.unique("Ping");
    Filter.Builder mine = Filter.newBuilder().addEventTypes(type);
    try (Subscriber subscriber = listen(b, withBroadcasts("").setFilter(mine))) {
      a.publish("", Requests.event(type));
      assertEquals("default", subscriber.awaitBroadcasts(1).broadcasts().get(0).getNamespace());
    }
  }

  @Test
  void typesCountForBroadcastsAndActorPatternsAndDetailDoNot() {
    Filter.Builder typed = Filter.newBuilder().addEventTypes("B").addEventTypes("Last");
    Filter.Builder ofActors = Filter.newBuilder().setActorPattern("order.*");
    try (Subscriber some = listen(b, withBroadcasts(namespace).setFilter(typed));
        Subscriber all = listen(b, withBroadcasts(namespace).setFilter(ofActors));
        Subscriber notices =
            listen(a, withBroadcasts(namespace).setDetail(Detail.DETAIL_STORED_ONLY))) {
      for (String type : List.of("A", "B", "C", "Last")) {
        a.publish(namespace, Requests.event(type));
      }
      assertEquals(List.of("B", "Last"), upToTheLast(some));
      assertEquals(List.of("A", "B", "C", "Last"), upToTheLast(all));
      assertEquals(List.of("A", "B", "C", "Last"), upToTheLast(notices));
      assertFalse(notices.broadcasts().get(0).getEvent().getData().isEmpty());
    }
  }

  @Test
  void nothingIsStoredAndNoCursorBringsABroadcastBack() {
    a.save(Requests.saveAt(namespace, actor, 0));
    String cursor;
    try (Subscriber before = listen(b, withBroadcasts(namespace))) {
      cursor = before.cursor();
      a.publish(namespace, Requests.event("Ping"));
      before.awaitBroadcasts(1);
    }
    a.save(Requests.saveAt(namespace, actor, 1));
    try (Subscriber after =
            Subscriber.open(a, Requests.after(namespace, cursor).setIncludeBroadcasts(true));
        Subscriber all =
            Subscriber.open(b, Requests.fromBeginning(namespace).setIncludeBroadcasts(true))) {
      assertEquals(List.of(2L), versions(after.awaitCaughtUp().awaitCommits(1).events()));
      assertEquals(List.of(1L, 2L), versions(all.awaitCaughtUp().events()));
      a.publish(namespace, Requests.event("Last"));
      assertEquals(List.of("Last"), upToTheLast(after));
      assertEquals(List.of("Last"), upToTheLast(all));
    }
  }

  /** What a test is called, then the field that must be named, then the request. */
  private record Bad(String name, String field, PublishRequest.Builder request) {}

  private PublishRequest.Builder with(NewEvent.Builder event) {
    return PublishRequest.newBuilder().setNamespace(namespace).setEvent(event);
  }

  private static NewEvent.Builder event() {
    return Requests.event("E").toBuilder();
  }

  @TestFactory
  Stream<DynamicTest> aBadBroadcastIsRefusedByName() {
    return Stream.of(
            new Bad("no event", "event", PublishRequest.newBuilder().setNamespace(namespace)),
            new Bad("a wildcard", "namespace", with(event()).setNamespace("a.*")),
            new Bad("no type", "event.event_type", with(event().setEventType(""))),
            new Bad("a long id", "event.event_id", with(event().setEventId("x".repeat(257)))),
            new Bad(
                "much metadata",
                "event.metadata",
                with(event().putMetadata("k", "v".repeat(16 * 1024)))),
            new Bad(
                "no time",
                "event.timestamp",
                with(event().setTimestamp(Timestamp.newBuilder().setNanos(-1)))))
        .map(
            bad ->
                dynamicTest(
                    bad.name(),
                    () ->
                        assertEquals(
                            List.of(bad.field()),
                            Refusal.of(() -> a.publish(bad.request().build())).badFields())));
  }

  @Test
  void anEventMayTakeAsMuchAsACommit() {
    NewEvent large = Requests.heavyEvent(COMMIT_LIMIT_BYTES - 1024);
    try (Subscriber onB = listen(b, withBroadcasts(namespace))) {
      a.publish(namespace, large);
      assertEquals(
          large.getData(), onB.awaitBroadcasts(1).broadcasts().get(0).getEvent().getData());
    }
    for (int bytes : new int[] {COMMIT_LIMIT_BYTES, 12 * 1024 * 1024}) {
      Refusal refusal = Refusal.of(() -> a.publish(namespace, Requests.heavyEvent(bytes)));
      assertEquals("COMMIT_TOO_LARGE", refusal.reason());
      assertEquals(Status.Code.INVALID_ARGUMENT, refusal.code());
      assertEquals(Integer.toString(COMMIT_LIMIT_BYTES), refusal.metadata().get("limit_bytes"));
      assertTrue(refusal.message().startsWith("broadcast too large: "), refusal.message());
    }
  }

  @Test
  void whoReadsNothingMissesBroadcastsAndNoCommitAndHoldsUpNobody() {
    int count = 200;
    a.save(Requests.saveAt(namespace, actor, 0));
    try (Subscriber stalled =
            Subscriber.openStalled(
                b, Requests.fromBeginning(namespace).setIncludeBroadcasts(true));
        Subscriber other = listen(b, withBroadcasts(namespace))) {
      stalled.awaitStarted();
      for (int i = 0; i < count; i++) {
        a.publish(namespace, numbered(i));
        a.save(Requests.saveAt(namespace, actor, i + 1));
        int seen = i + 1;
        other.await("broadcast " + i, s -> s.broadcasts().size() >= seen);
      }
      other.awaitCommits(count);
      assertEquals(numbers(0, count), numbers(other));

      stalled.read();
      stalled.awaitCommits(count + 1);
      assertInOrder(stalled.commits());
      stalled.await(
          "the last",
          s -> {
            // Its queue may be full still.
            a.publish(namespace, Requests.event("Last"));
            return types(s).contains("Last");
          });
      List<Integer> numbers = numbers(stalled);
      assertTrue(numbers.size() < count, () -> numbers.size() + " broadcasts were kept");
      assertEquals(numbers.stream().sorted().distinct().toList(), numbers);
    }
  }

  /** So large that a gRPC call which is not read takes few of them. */
  private static NewEvent numbered(int number) {
    return Requests.heavyEvent(20_000).toBuilder()
        .setEventType("Numbered")
        .setCommandId(Integer.toString(number))
        .build();
  }

  private static List<Integer> numbers(Subscriber subscriber) {
    return subscriber.broadcasts().stream()
        .map(Broadcast::getEvent)
        .filter(event -> event.getEventType().equals("Numbered"))
        .map(event -> Integer.parseInt(event.getCommandId()))
        .toList();
  }

  private static List<Integer> numbers(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  @Test
  void whatManyPublishAtOnceOnBothNodesComesOnceToEach() {
    int publishers = 8;
    // Together no more than a subscriber may have waiting.
    int each = 25;
    try (Subscriber onA = listen(a, withBroadcasts(namespace));
        Subscriber onB = listen(b, withBroadcasts(namespace))) {
      AtOnce.results(
          publishers,
          i -> {
            for (int n = 0; n < each; n++) {
              (i % 2 == 0 ? a : b).publish(namespace, event().setEventId(i + ":" + n).build());
            }
            return true;
          });
      for (Subscriber subscriber : List.of(onA, onB)) {
        List<String> ids =
            subscriber.awaitBroadcasts(publishers * each).broadcasts().stream()
                .map(b -> b.getEvent().getEventId())
                .toList();
        assertEquals(publishers * each, ids.size());
        assertEquals(ids.size(), new HashSet<>(ids).size());
      }
    }
  }

  @Test
  void heartbeatsComeBetweenBroadcastsToo() {
    try (Subscriber onB = listen(b, withBroadcasts(namespace))) {
      int[] published = {0};
      long begun = System.nanoTime();
      onB.await(
          "a heartbeat",
          s -> {
            if (System.nanoTime() - begun > published[0] * 100_000_000L) {
              published[0]++;
              a.publish(namespace, Requests.event("Ping"));
            }
            return !s.frames(FrameCase.HEARTBEAT).isEmpty();
          });
    }
  }
}
