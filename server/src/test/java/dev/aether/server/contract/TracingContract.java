package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.codec.CommitCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Event;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The place of a writer in a trace, which is stored with its events even if the node sends none.
 */
abstract class TracingContract extends Contract {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-b9c7c989f97918e1-00";
  private static final String STATE = "vendor=1,other=2";

  TracingContract(Fixture fixture) {
    super(fixture);
  }

  /** A save with headers, each a name and a value. */
  private static SaveEventsResponse save(
      Node node, SaveEventsRequest.Builder request, String... headers) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < headers.length; i += 2) {
      metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
    }
    return node.store()
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .saveEvents(request.build());
  }

  private List<Map<String, String>> stored() {
    return a.events(namespace, actor).stream().map(Event::getMetadataMap).toList();
  }

  @Test
  void theTraceparentOfACallIsStoredWithItsEvents() {
    save(
        a,
        Requests.save(namespace, actor, 2).setExpectedVersion(0),
        "traceparent",
        PARENT,
        "tracestate",
        STATE);
    save(a, Requests.saveAt(namespace, actor, 2), "traceparent", OTHER);
    Map<String, String> first = Map.of("traceparent", PARENT, "tracestate", STATE);
    assertEquals(List.of(first, first, Map.of("traceparent", OTHER)), stored());
  }

  @Test
  void aCallerThatIsNotTracedGetsNoMetadata() {
    save(a, Requests.saveAt(namespace, actor, 0), "tracestate", STATE);
    assertEquals(List.of(Map.of()), stored());
  }

  @Test
  void theTraceThatTheWriterGaveIsKept() {
    NewEvent own = Requests.event("E").toBuilder().putMetadata("traceparent", "mine").build();
    save(
        a,
        Requests.save(namespace, actor, 1).setExpectedVersion(0).addEvents(own),
        "traceparent",
        PARENT);
    assertEquals(List.of(Map.of("traceparent", PARENT), Map.of("traceparent", "mine")), stored());
  }

  @Test
  void theTraceparentOfTheRequestWinsOverThatOfTheCall() {
    save(
        a,
        Requests.saveAt(namespace, actor, 0).setTraceparent(OTHER).setTracestate(STATE),
        "traceparent",
        PARENT);
    assertEquals(List.of(Map.of("traceparent", OTHER, "tracestate", STATE)), stored());
  }

  @Test
  void aMalformedTraceparentIsIgnored() {
    List<String> malformed =
        List.of(
            "",
            "x",
            PARENT + "-00",
            PARENT.substring(1),
            PARENT.replace('-', '_'),
            PARENT.toUpperCase(Locale.ROOT),
            "ff" + PARENT.substring(2),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "0".repeat(4000));
    for (int i = 0; i < malformed.size(); i++) {
      save(a, Requests.saveAt(namespace, actor, i), "traceparent", malformed.get(i));
    }
    long version = malformed.size();
    save(
        a, Requests.saveAt(namespace, actor, version), "traceparent", PARENT, "traceparent", OTHER);
    a.save(Requests.saveAt(namespace, actor, version + 1).setTraceparent("é\u0000"));
    assertEquals(version + 2, stored().stream().filter(Map::isEmpty).count());
  }

  @Test
  void aTracestateThatIsTooLongOrSplitIsLeftOutOrJoined() {
    save(
        a,
        Requests.saveAt(namespace, actor, 0),
        "traceparent",
        PARENT,
        "tracestate",
        "a=" + "1".repeat(511));
    save(
        a,
        Requests.saveAt(namespace, actor, 1),
        "traceparent",
        PARENT,
        "tracestate",
        "a=1",
        "tracestate",
        "b=2");
    assertEquals(
        List.of(
            Map.of("traceparent", PARENT), Map.of("traceparent", PARENT, "tracestate", "a=1,b=2")),
        stored());
  }

  /** A client that traces sends each attempt as a span of its own. */
  @Test
  void aRepeatIsRecognisedWhateverItsTraceparent() {
    SaveEventsRequest at = Requests.saveAt(namespace, actor, 0).build();
    SaveEventsRequest any = Requests.saveAny(namespace, actor).build();
    SaveEventsResponse first = save(a, at.toBuilder(), "traceparent", PARENT);
    SaveEventsResponse second = save(a, any.toBuilder(), "traceparent", PARENT);
    for (Node node : List.of(a, b)) {
      assertReplay(first, save(node, at.toBuilder(), "traceparent", OTHER));
      assertReplay(first, save(node, at.toBuilder().setTraceparent(OTHER)));
      assertReplay(first, save(node, at.toBuilder()));
      assertReplay(second, save(node, any.toBuilder().setRetry(true), "traceparent", OTHER));
      assertReplay(second, save(node, any.toBuilder().setRetry(true)));
    }
    Map<String, String> kept = Map.of("traceparent", PARENT);
    assertEquals(List.of(kept, kept), stored());
  }

  /** The first attempt may have come from a client that is not traced, or reached an older node. */
  @Test
  void aRepeatThatIsTracedIsRecognisedAfterOneThatWasNot() {
    SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).build();
    SaveEventsResponse first = a.save(request);
    assertReplay(first, save(b, request.toBuilder(), "traceparent", PARENT));
    assertEquals(List.of(Map.of()), stored());
  }

  private static void assertReplay(SaveEventsResponse first, SaveEventsResponse again) {
    assertEquals(first.toBuilder().setReplayed(true).build(), again);
  }

  @Test
  void eachSaveOfAStreamHasATraceOfItsOwn() {
    List<SaveEventsStreamResponse> answers =
        SaveStreamer.answers(
            a,
            List.of(
                Requests.saveAt(namespace, actor, 0).setTraceparent(PARENT).build(),
                Requests.saveAt(namespace, actor, 1).build(),
                Requests.saveAt(namespace, actor, 2)
                    .setTraceparent(OTHER)
                    .setTracestate(STATE)
                    .build(),
                Requests.saveAt(namespace, actor, 3).setTraceparent("malformed").build()));
    assertTrue(answers.stream().allMatch(SaveEventsStreamResponse::hasSaved));
    assertEquals(
        List.of(
            Map.of("traceparent", PARENT),
            Map.of(),
            Map.of("traceparent", OTHER, "tracestate", STATE),
            Map.of()),
        stored());
  }

  @Test
  void metadataThatIsFullStaysAsItIs() {
    NewEvent.Builder manyKeys = Requests.event("Many").toBuilder();
    for (int i = 0; i < Limits.METADATA_KEYS; i++) {
      manyKeys.putMetadata("key" + i, "");
    }
    NewEvent.Builder longValue =
        Requests.event("Long").toBuilder().putMetadata("k", "v".repeat(Limits.METADATA_BYTES - 1));
    NewEvent.Builder oneKeyLeft = Requests.event("Left").toBuilder();
    for (int i = 1; i < Limits.METADATA_KEYS; i++) {
      oneKeyLeft.putMetadata("key" + i, "");
    }
    save(
        a,
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(0)
            .addEvents(manyKeys)
            .addEvents(longValue)
            .addEvents(oneKeyLeft),
        "traceparent",
        PARENT);
    assertEquals(
        List.of(
            manyKeys.getMetadataMap(),
            longValue.getMetadataMap(),
            oneKeyLeft.putMetadata("traceparent", PARENT).getMetadataMap()),
        stored());
  }

  @Test
  void aCommitAtTheLimitIsStoredWithoutTheTrace() {
    Refusal refusal =
        Refusal.of(
            () ->
                a.save(
                    Requests.save(namespace, actor, 0)
                        .setExpectedVersion(0)
                        .addEvents(Requests.heavyEvent(Limits.COMMIT_BYTES))));
    int limit = Integer.parseInt(refusal.metadata().get("limit_bytes"));
    int added = 100;

    save(a, commitOf(limit, 0), "traceparent", PARENT);
    save(a, commitOf(limit - added, 1), "traceparent", PARENT);
    Refusal above = Refusal.of(() -> save(a, commitOf(limit + 1, 2), "traceparent", PARENT));

    assertEquals("COMMIT_TOO_LARGE", above.reason());
    assertEquals(List.of(Map.of(), Map.of("traceparent", PARENT)), stored());
    assertFalse(a.events(namespace, actor).get(0).getData().isEmpty());
  }

  /** A save whose commit is that many bytes long without a trace. */
  private SaveEventsRequest.Builder commitOf(int bytes, long expected) {
    SaveEventsRequest.Builder request =
        Requests.save(namespace, actor, 0).setExpectedVersion(expected);
    NewEvent.Builder event =
        Requests.event("Heavy").toBuilder()
            .setEventId("id")
            .setContentType("text/plain")
            .setTimestamp(Timestamp.newBuilder().setSeconds(1));
    // Twice, since the length of the data has a length itself.
    int data = bytes / 2;
    for (int i = 0; i < 3; i++) {
      event.setData(ByteString.copyFrom(new byte[data]));
      data +=
          bytes
              - CommitCodec.size(
                  new Namespace(namespace),
                  new ActorId(actor),
                  new CommitId(request.getCommitId()),
                  expected + 1,
                  List.of(event.build()));
    }
    return request.addEvents(event);
  }
}
