package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import dev.aether.v1.Detail;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.Filter;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Requests that break the contract are refused by name, and nothing of them is stored. */
abstract class BadInputContract extends Contract {
  BadInputContract(Fixture fixture) {
    super(fixture);
  }

  private SaveEventsRequest.Builder good() {
    return Requests.saveAt(namespace, actor, 0);
  }

  private SaveEventsRequest.Builder with(NewEvent.Builder event) {
    return good().clearEvents().addEvents(event);
  }

  private static NewEvent.Builder event() {
    return Requests.event("E").toBuilder();
  }

  private static NewEvent.Builder withMetadata(int keys, int valueBytes) {
    NewEvent.Builder event = event();
    for (int i = 0; i < keys; i++) {
      event.putMetadata("k" + i, "v".repeat(valueBytes));
    }
    return event;
  }

  private static SaveEventsRequest.Builder events(SaveEventsRequest.Builder request, int count) {
    request.clearEvents();
    for (int i = 0; i < count; i++) {
      request.addEvents(event());
    }
    return request;
  }

  /** What a test is called, then the field that must be named, then the request. */
  private record Bad(String name, String field, SaveEventsRequest.Builder request) {}

  private Stream<Bad> badSaves() {
    return Stream.of(
        new Bad("no expectation at all", "expected", good().clearExpected()),
        new Bad("no actor", "actor_id", good().setActorId("")),
        new Bad("an actor of 257 bytes", "actor_id", good().setActorId("x".repeat(257))),
        new Bad(
            "an actor of 257 bytes in few characters",
            "actor_id",
            good().setActorId("x" + "😀".repeat(64))),
        new Bad("an actor with a line feed", "actor_id", good().setActorId("a\nb")),
        new Bad("an actor with a null", "actor_id", good().setActorId("a\u0000")),
        new Bad("an actor with a delete", "actor_id", good().setActorId("\u007f")),
        new Bad("an actor with a C1 control", "actor_id", good().setActorId("a\u0085b")),
        new Bad("a namespace with a space", "namespace", good().setNamespace("a b")),
        new Bad("a namespace with a wildcard", "namespace", good().setNamespace("a.*")),
        new Bad("a namespace with an empty token", "namespace", good().setNamespace("a..b")),
        new Bad("a namespace that begins with a dot", "namespace", good().setNamespace(".a")),
        new Bad("a namespace that ends with a dot", "namespace", good().setNamespace("a.")),
        new Bad("a namespace with an umlaut", "namespace", good().setNamespace("ä")),
        new Bad("a namespace of 65 bytes", "namespace", good().setNamespace("n".repeat(65))),
        new Bad(
            "no commit id with any_version",
            "commit_id",
            good().setCommitId("").setAnyVersion(Empty.getDefaultInstance())),
        new Bad(
            "no commit id with existing_actor",
            "commit_id",
            good().setCommitId("").setExistingActor(Empty.getDefaultInstance())),
        new Bad("a commit id of 65 bytes", "commit_id", good().setCommitId("c".repeat(65))),
        new Bad("a commit id with a space", "commit_id", good().setCommitId("a b")),
        new Bad("a commit id with an umlaut", "commit_id", good().setCommitId("ä")),
        new Bad("no events", "events", good().clearEvents()),
        new Bad("1001 events", "events", events(good(), 1001)),
        new Bad("an event without type", "events[0].event_type", with(event().setEventType(""))),
        new Bad(
            "an event type of 257 bytes",
            "events[0].event_type",
            with(event().setEventType("t".repeat(257)))),
        new Bad(
            "an event type with a tab", "events[0].event_type", with(event().setEventType("a\tb"))),
        new Bad(
            "an event id of 257 bytes",
            "events[0].event_id",
            with(event().setEventId("é".repeat(128) + "e"))),
        new Bad(
            "a command id of 257 bytes",
            "events[0].command_id",
            with(event().setCommandId("c".repeat(257)))),
        new Bad(
            "a content type of 257 bytes",
            "events[0].content_type",
            with(event().setContentType("c".repeat(257)))),
        new Bad("65 metadata keys", "events[0].metadata", with(withMetadata(65, 1))),
        new Bad("more than 16 KiB of metadata", "events[0].metadata", with(withMetadata(4, 4095))),
        new Bad(
            "a timestamp after the year 9999",
            "events[0].timestamp",
            with(event().setTimestamp(Timestamp.newBuilder().setSeconds(253_402_300_800L)))),
        new Bad(
            "a timestamp with a whole second of nanoseconds",
            "events[0].timestamp",
            with(event().setTimestamp(Timestamp.newBuilder().setNanos(1_000_000_000)))),
        new Bad(
            "a timestamp with negative nanoseconds",
            "events[0].timestamp",
            with(event().setTimestamp(Timestamp.newBuilder().setNanos(-1)))),
        new Bad(
            "a bad event among good ones",
            "events[2].event_type",
            good()
                .clearEvents()
                .addEvents(event())
                .addEvents(event())
                .addEvents(event().setEventType(""))));
  }

  @TestFactory
  Stream<DynamicTest> aBadSaveIsRefusedAndNothingIsStored() {
    return badSaves()
        .map(
            bad ->
                dynamicTest(
                    bad.name(),
                    () -> {
                      Refusal refusal = Refusal.of(() -> a.save(bad.request()));
                      assertEquals(List.of(bad.field()), refusal.badFields());
                      assertTrue(refusal.message().contains(bad.field()), refusal.message());
                      assertEquals(0, b.latest(namespace, actor));
                    }));
  }

  @Test
  void allThatIsWrongIsNamedAtOnceButNoMoreThanTenFields() {
    SaveEventsRequest.Builder three =
        good().setActorId("").setNamespace("a b").clearEvents().clearExpected();
    assertEquals(
        List.of("namespace", "actor_id", "expected", "events"),
        Refusal.of(() -> a.save(three)).badFields());

    Refusal neither = Refusal.of(() -> a.save(good().clearExpected().setCommitId("")));
    assertEquals(List.of("commit_id", "expected"), neither.badFields());
    assertEquals(
        "invalid request: commit_id is empty, which is allowed only with expected_version; expected"
            + " is not set: set expected_version, any_version or existing_actor",
        neither.message());

    SaveEventsRequest.Builder many = good().clearEvents();
    for (int i = 0; i < 1000; i++) {
      many.addEvents(event().setEventType("").setEventId("x".repeat(300)));
    }
    Refusal ten = Refusal.of(() -> a.save(many));
    assertEquals(10, ten.badFields().size());
    assertTrue(ten.message().endsWith("; and more"), ten.message());
  }

  @Test
  void aBadReadIsRefused() {
    Map<String, String> actors = new LinkedHashMap<>();
    actors.put("", "actor_id");
    actors.put("x".repeat(257), "actor_id");
    actors.put("a\u0007", "actor_id");
    actors.forEach(
        (id, field) -> {
          assertEquals(
              List.of(field),
              Refusal.of(
                      () ->
                          a.events(
                              GetEventsRequest.newBuilder().setNamespace(namespace).setActorId(id)))
                  .badFields());
          assertEquals(List.of(field), Refusal.of(() -> a.latest(namespace, id)).badFields());
        });
    assertEquals(List.of("namespace"), Refusal.of(() -> a.events("not ok", actor)).badFields());
    assertEquals(
        List.of("namespace"),
        Refusal.of(
                () ->
                    a.store()
                        .getLatestVersion(
                            GetLatestVersionRequest.newBuilder()
                                .setNamespace("*")
                                .setActorId(actor)
                                .build()))
            .badFields());
  }

  private record BadSubscription(String name, String field, SubscribeRequest.Builder request) {}

  private Stream<BadSubscription> badSubscriptions() {
    return Stream.of(
        new BadSubscription(
            "no start", "start", SubscribeRequest.newBuilder().setNamespacePattern(namespace)),
        new BadSubscription(
            "a wildcard within a token", "namespace_pattern", Requests.live("tenant-*")),
        new BadSubscription("a rest within a token", "namespace_pattern", Requests.live("a.b>")),
        new BadSubscription("a rest that is not last", "namespace_pattern", Requests.live(">.a")),
        new BadSubscription("an empty token", "namespace_pattern", Requests.live("a..b")),
        new BadSubscription("a space", "namespace_pattern", Requests.live("a b")),
        new BadSubscription(
            "a pattern too long", "namespace_pattern", Requests.live("n".repeat(65))),
        new BadSubscription(
            "an actor pattern with a wildcard within a token",
            "filter.actor_pattern",
            Requests.live(namespace).setFilter(Filter.newBuilder().setActorPattern("order-*"))),
        new BadSubscription(
            "an actor pattern with a rest that is not last",
            "filter.actor_pattern",
            Requests.live(namespace).setFilter(Filter.newBuilder().setActorPattern("a.>.b"))),
        new BadSubscription(
            "an actor pattern with a control character",
            "filter.actor_pattern",
            Requests.live(namespace).setFilter(Filter.newBuilder().setActorPattern("a\n"))),
        new BadSubscription(
            "an empty event type",
            "filter.event_types[1]",
            Requests.live(namespace)
                .setFilter(Filter.newBuilder().addEventTypes("E").addEventTypes(""))),
        new BadSubscription(
            "an event type too long",
            "filter.event_types[0]",
            Requests.live(namespace).setFilter(Filter.newBuilder().addEventTypes("x".repeat(257)))),
        new BadSubscription(
            "an unknown detail",
            "detail",
            Requests.live(namespace).setDetailValue(Detail.DETAIL_STORED_ONLY_VALUE + 40)));
  }

  @TestFactory
  Stream<DynamicTest> aBadSubscriptionIsRefused() {
    return badSubscriptions()
        .map(
            bad ->
                dynamicTest(
                    bad.name(),
                    () ->
                        assertEquals(
                            List.of(bad.field()),
                            Subscriber.refusal(a, bad.request()).badFields())));
  }

  private static MethodDescriptor<byte[], byte[]> raw(MethodDescriptor<?, ?> method) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
          }

          @Override
          public byte[] parse(InputStream message) {
            try {
              return message.readAllBytes();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return method.toBuilder(bytes, bytes)
        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
        .build();
  }

  private void assertMalformed(MethodDescriptor<?, ?> method, byte[] bytes) {
    Refusal refusal =
        Refusal.of(
            () ->
                ClientCalls.blockingServerStreamingCall(
                        a.channel(),
                        raw(method),
                        CallOptions.DEFAULT.withDeadlineAfter(
                            Node.DEADLINE_SECONDS, TimeUnit.SECONDS),
                        bytes)
                    .forEachRemaining(answer -> {}));
    assertEquals(List.of("request"), refusal.badFields());
  }

  @TestFactory
  Stream<DynamicTest> bytesThatAreNoMessageAreRefusedByEachMethod() {
    return Stream.of(
            EventStoreGrpc.getServiceDescriptor(),
            EventBusGrpc.getServiceDescriptor(),
            NamespacesGrpc.getServiceDescriptor())
        .flatMap(service -> service.getMethods().stream())
        .map(
            method ->
                dynamicTest(
                    method.getFullMethodName(),
                    () -> assertMalformed(method, new byte[] {-1, -1, -1})));
  }

  @Test
  void aNameThatIsNotUtf8IsRefused() {
    assertMalformed(EventStoreGrpc.getSaveEventsMethod(), new byte[] {0x0a, 1, -1});
  }
}
