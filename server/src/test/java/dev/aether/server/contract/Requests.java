package dev.aether.server.contract;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import java.util.UUID;
import java.util.stream.IntStream;

/** Requests as tests make them: complete, and changed where a test wants. */
final class Requests {
  private Requests() {}

  static String unique(String prefix) {
    return prefix + "-" + UUID.randomUUID().toString().substring(0, 13);
  }

  static NewEvent event(String type) {
    return NewEvent.newBuilder()
        .setEventType(type)
        .setData(ByteString.copyFromUtf8("{\"of\":\"" + type + "\"}"))
        .build();
  }

  /** An event with that much data, not all of it equal. */
  static NewEvent heavyEvent(int bytes) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      data[i] = (byte) (i * 31 + i / 251);
    }
    return NewEvent.newBuilder().setEventType("Heavy").setData(ByteString.copyFrom(data)).build();
  }

  /** A save without expectation, with a commit id of its own and so many events. */
  static SaveEventsRequest.Builder save(String namespace, String actor, int events) {
    SaveEventsRequest.Builder request =
        SaveEventsRequest.newBuilder()
            .setNamespace(namespace)
            .setActorId(actor)
            .setCommitId(unique("c"));
    IntStream.rangeClosed(1, events).forEach(i -> request.addEvents(event("E" + i)));
    return request;
  }

  /** A save of one event at an expected version. */
  static SaveEventsRequest.Builder saveAt(String namespace, String actor, long expected) {
    return save(namespace, actor, 1).setExpectedVersion(expected);
  }

  /** A save of one event at any version. */
  static SaveEventsRequest.Builder saveAny(String namespace, String actor) {
    return save(namespace, actor, 1).setAnyVersion(Empty.getDefaultInstance());
  }

  static SubscribeRequest.Builder fromBeginning(String namespace) {
    return SubscribeRequest.newBuilder()
        .setNamespacePattern(namespace)
        .setBeginning(Empty.getDefaultInstance());
  }

  static SubscribeRequest.Builder live(String namespace) {
    return SubscribeRequest.newBuilder()
        .setNamespacePattern(namespace)
        .setLive(Empty.getDefaultInstance());
  }

  static SubscribeRequest.Builder after(String namespace, String cursor) {
    return SubscribeRequest.newBuilder().setNamespacePattern(namespace).setCursor(cursor);
  }
}
