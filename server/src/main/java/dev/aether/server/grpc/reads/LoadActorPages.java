package dev.aether.server.grpc.reads;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import dev.aether.server.wire.EncodedLoadActorResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.ReplayError;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends the frames of one LoadActor call: the snapshot, then the events after it. The snapshot is
 * read before the latest event is determined, so the events always reach at least as far as the
 * snapshot. It is sent only after the events were found in the same incarnation of the namespace.
 */
public final class LoadActorPages implements PagedCall.Pages<LoadActorPages.Part> {
  /**
   * How often the read is repeated because the namespace was deleted and created again in between.
   */
  private static final int MAX_INCARNATIONS = 5;

  private final Store store;
  private final Namespace namespace;
  private final ActorId actor;
  private final boolean reportCorrupt;
  private final StreamObserver<EncodedLoadActorResponse> call;

  /** Null until the first page of events has arrived. */
  private @Nullable EventPages events;

  /** The next part of the answer. */
  sealed interface Part {
    /**
     * The first part.
     *
     * @param opening the frame before the events
     */
    record Start(Optional<EncodedLoadActorResponse> opening, EventPages events, List<LogEntry> page)
        implements Part {}

    record Page(List<LogEntry> entries) implements Part {}
  }

  public LoadActorPages(
      Store store, LoadActorRequest request, StreamObserver<EncodedLoadActorResponse> call) {
    RequestNames.check(request.getNamespace(), request.getActorId());
    this.store = store;
    namespace = RequestNames.namespace(request.getNamespace());
    actor = new ActorId(request.getActorId());
    reportCorrupt = request.getReportCorrupt();
    this.call = call;
  }

  @Override
  public CompletableFuture<Part> next() {
    EventPages pages = events;
    return pages == null ? start(MAX_INCARNATIONS) : pages.next().thenApply(Part.Page::new);
  }

  private CompletableFuture<Part> start(int incarnations) {
    CompletableFuture<CompletableFuture<Part>> start =
        store
            .snapshots()
            .latest(namespace, actor)
            .thenApply(
                kept ->
                    kept.map(snapshot -> after(snapshot, incarnations))
                        .orElseGet(() -> whole(Optional.empty())));
    return (reportCorrupt ? start.exceptionally(this::unlessDamaged) : start)
        .thenCompose(part -> part);
  }

  private CompletableFuture<Part> after(Snapshots.Kept kept, int incarnations) {
    ActorRange range = after(kept.snapshot().getVersion());
    EncodedLoadActorResponse opening =
        EncodedLoadActorResponse.newBuilder().setSnapshot(kept.snapshot()).build();
    return begin(
            Optional.of(opening), range, store.events().readIncarnation(kept.incarnation(), range))
        .exceptionallyCompose(
            thrown ->
                isOtherIncarnation(thrown) && incarnations > 1
                    ? start(incarnations - 1)
                    : CompletableFuture.failedFuture(thrown));
  }

  private static boolean isOtherIncarnation(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.NAMESPACE_NOT_FOUND);
  }

  /** All events, which are correct regardless of the incarnation they are from. */
  private CompletableFuture<Part> whole(Optional<EncodedLoadActorResponse> opening) {
    ActorRange range = after(0);
    return begin(opening, range, store.events().read(range));
  }

  /** Reports a snapshot that cannot be decoded, and sends all events. */
  private CompletableFuture<Part> unlessDamaged(Throwable thrown) {
    if (Exceptions.unwrap(thrown) instanceof StoreException.CorruptRecord damaged) {
      ReplayError error = StatusMapper.replayError(damaged);
      return whole(Optional.of(EncodedLoadActorResponse.newBuilder().addErrors(error).build()));
    }
    return CompletableFuture.failedFuture(thrown);
  }

  private ActorRange after(long version) {
    return new ActorRange(namespace, actor, version + 1, Long.MAX_VALUE, false);
  }

  private CompletableFuture<Part> begin(
      Optional<EncodedLoadActorResponse> opening, ActorRange range, ActorReader reader) {
    EventPages pages =
        new EventPages(
            reader,
            range,
            0,
            reportCorrupt,
            (found, errors) ->
                call.onNext(
                    EncodedLoadActorResponse.newBuilder()
                        .addAllEvents(found)
                        .addAllErrors(errors)
                        .build()));
    return pages.next().thenApply(page -> new Part.Start(opening, pages, page));
  }

  @Override
  public boolean send(Part part) {
    if (part instanceof Part.Start start) {
      start.opening().ifPresent(call::onNext);
      events = start.events();
      return start.events().send(start.page());
    }
    EventPages pages = events;
    return pages != null && part instanceof Part.Page page && pages.send(page.entries());
  }
}
