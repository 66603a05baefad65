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
import dev.aether.server.store.Saved;
import dev.aether.v1.SaveEventsRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Somebody who saves to the same actor just before. The store is handed both saves one after the
 * other, which is the order it keeps: so nothing of one writer's is overtaken by his own later
 * saves, as it would be if the first had to wait for the other's answer.
 *
 * @param events what the other writer saves to an actor; none: nothing
 * @param completion fills in what he leaves out
 * @param failures hears why he could not save
 */
record OtherWriter(
    Function<String, List<NewEvent>> events, EventDefaults completion, Consumer<Throwable> failures)
    implements SaveFault {

  @Override
  public CompletableFuture<Saved> save(Save save, EventStore store) {
    try {
      List<NewEvent> others =
          Objects.requireNonNull(events.apply(save.actor().value()), "the function gave null");
      return others.isEmpty() ? store.save(save) : after(before(save, others), save, store);
    } catch (Throwable e) { // Whatever the test's function throws is the test's, not gRPC's.
      failures.accept(e);
      return CompletableFuture.failedFuture(
          new StoreException.InvalidRequest("beforeNextSave", "failed in the test: " + e));
    }
  }

  /** What the store refuses of the other writer's at once, it refuses of the save as well. */
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

  /** Checked and completed as the server does it with what comes from a client. */
  private Save before(Save save, List<NewEvent> others) {
    return SaveMapper.toSave(
        SaveEventsRequest.newBuilder()
            .setNamespace(save.namespace().name())
            .setActorId(save.actor().value())
            .setCommitId(UuidV7.next().toString())
            .setAnyVersion(Empty.getDefaultInstance())
            .addAllEvents(others.stream().map(OtherWriter::message).toList())
            .build(),
        completion,
        false,
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
