package dev.aether.testkit;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.client.NewEvent;
import dev.aether.server.codec.RequestDigest;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Somebody who saves to the same actor just before. The store is handed both saves one after the
 * other, which is the order it keeps: so nothing of one writer's is overtaken by his own later
 * saves, as it would be if the first had to wait for the other's answer.
 *
 * @param events what the other writer saves to an actor; none: nothing
 */
record OtherWriter(Function<String, List<NewEvent>> events, InstantSource clock)
    implements SaveFault {
  private static final Logger LOG = LoggerFactory.getLogger(OtherWriter.class);

  @Override
  public CompletableFuture<Saved> save(Save save, EventStore store) {
    List<dev.aether.v1.NewEvent> others =
        events.apply(save.actor().value()).stream().map(this::message).toList();
    if (!others.isEmpty()) {
      CompletableFuture<Saved> unused =
          store
              .save(before(save, others))
              .whenComplete(
                  (saved, thrown) -> {
                    if (thrown != null) {
                      LOG.warn("another writer could not save before {}", save.commitId(), thrown);
                    }
                  });
    }
    return store.save(save);
  }

  private static Save before(Save save, List<dev.aether.v1.NewEvent> others) {
    return new Save(
        save.namespace(),
        save.actor(),
        new CommitId(UuidV7.next().toString()),
        new ExpectedVersion.Any(),
        others,
        RequestDigest.of(others),
        false,
        save.deadline());
  }

  /** Complete, as the server would complete it. */
  private dev.aether.v1.NewEvent message(NewEvent event) {
    Instant time = Optional.ofNullable(event.timestamp()).orElseGet(clock::instant);
    return dev.aether.v1.NewEvent.newBuilder()
        .setEventId(event.eventId().isEmpty() ? UuidV7.next().toString() : event.eventId())
        .setEventType(event.type())
        .setCommandId(event.commandId())
        .setData(ByteString.copyFrom(event.data().asReadOnlyByteBuffer()))
        .setContentType(event.contentType().isEmpty() ? "application/json" : event.contentType())
        .putAllMetadata(event.metadata())
        .setTimestamp(
            Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()))
        .build();
  }
}
