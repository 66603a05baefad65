package dev.aether.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.Timestamp;
import dev.aether.client.NewEvent;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.saves.SaveMapper;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.v1.SaveEventsRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Another writer that saves to the same actor just before the client. The store receives both saves
 * one directly after the other and keeps this order. If the first save were awaited instead, later
 * saves of the same client could overtake the second one.
 *
 * @param events returns the events that the other writer saves to an actor; none to save nothing
 * @param defaults fills in the defaults of the events
 * @param failures receives the reason why the other writer could not save
 */
record OtherWriter(
    Function<String, List<NewEvent>> events, EventDefaults defaults, Consumer<Throwable> failures)
    implements SaveFault {

  @Override
  public CompletableFuture<Saved> save(Save save, EventStore store) {
    try {
      List<NewEvent> others =
          Objects.requireNonNull(events.apply(save.actor().value()), "the function returned null");
      return others.isEmpty() ? store.save(save) : after(before(save, others), save, store);
    } catch (Throwable e) { // An exception of the test's function must not reach gRPC.
      failures.accept(e);
      return CompletableFuture.failedFuture(
          new StoreException.InvalidRequest("beforeNextSave", "failed in the test: " + e));
    }
  }

  /**
   * If the store refuses the other writer's save at once, the client's save fails in the same way.
   */
  private CompletableFuture<Saved> after(Save other, Save save, EventStore store) {
    CompletableFuture<Saved> before =
        store
            .save(other)
            .whenComplete(
                (saved, thrown) -> {
                  if (thrown != null) {
                    failures.accept(thrown);
                  }
                });
    return before.isCompletedExceptionally() ? before : store.save(save);
  }

  /** Checks and completes the save as the server does with a client's save. */
  private Save before(Save save, List<NewEvent> others) {
    return SaveMapper.toSave(
        SaveEventsRequest.newBuilder()
            .setNamespace(save.namespace().name())
            .setActorId(save.actor().value())
            .setCommitId(UuidV7.next().toString())
            .setAnyVersion(Empty.getDefaultInstance())
            .addAllEvents(others.stream().map(OtherWriter::message).toList())
            .build(),
        defaults,
        false,
        new SaveOrder(),
        save.deadline());
  }

  private static dev.aether.v1.NewEvent message(NewEvent event) {
    dev.aether.v1.NewEvent.Builder message =
        dev.aether.v1.NewEvent.newBuilder()
            .setEventId(event.eventId())
            .setEventType(event.type())
            .setCommandId(event.commandId())
            .setData(ByteString.copyFrom(event.data().asReadOnlyByteBuffer()))
            .setContentType(event.contentType())
            .putAllMetadata(event.metadata());
    if (event.timestamp() != null) {
      message.setTimestamp(
          Timestamp.newBuilder()
              .setSeconds(event.timestamp().getEpochSecond())
              .setNanos(event.timestamp().getNano()));
    }
    return message.build();
  }
}
