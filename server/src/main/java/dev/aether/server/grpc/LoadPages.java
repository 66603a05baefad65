package dev.aether.server.grpc;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Causes;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Store;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.ReplayError;
import dev.aether.v1.Snapshot;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one LoadActor call: the snapshot, then the events after it. The snapshot is read
 * before the end of the events is looked for, so that they always reach at least as far.
 */
final class LoadPages implements PagedCall.Pages<LoadPages.Part> {
  private final Store store;
  private final Namespace namespace;
  private final ActorId actor;
  private final boolean reportCorrupt;
  private final StreamObserver<LoadActorResponse> call;

  /** Null until the snapshot was sent, or it is known that there is none. */
  private @Nullable EventPages events;

  /** What comes next. */
  sealed interface Part {
    /** There is none if the snapshot is empty. */
    record Start(Optional<Snapshot> snapshot) implements Part {}

    /** There may be a snapshot, but it can't be decoded. */
    record Damaged(StoreException.CorruptRecord why) implements Part {}

    record Page(List<LogEntry> entries) implements Part {}
  }

  LoadPages(Store store, LoadActorRequest request, StreamObserver<LoadActorResponse> call) {
    Names.check(request.getNamespace(), request.getActorId());
    this.store = store;
    namespace = Names.namespace(request.getNamespace());
    actor = new ActorId(request.getActorId());
    reportCorrupt = request.getReportCorrupt();
    this.call = call;
  }

  @Override
  public CompletableFuture<Part> next() {
    EventPages pages = events;
    return pages == null ? start() : pages.next().thenApply(Part.Page::new);
  }

  private CompletableFuture<Part> start() {
    CompletableFuture<Part> start =
        store.snapshots().latest(namespace, actor).thenApply(Part.Start::new);
    return reportCorrupt ? start.exceptionallyCompose(LoadPages::unlessDamaged) : start;
  }

  private static CompletableFuture<Part> unlessDamaged(Throwable thrown) {
    return Causes.unwrapped(thrown) instanceof StoreException.CorruptRecord damaged
        ? CompletableFuture.completedFuture(new Part.Damaged(damaged))
        : CompletableFuture.failedFuture(thrown);
  }

  @Override
  public boolean send(Part part) {
    EventPages pages = events;
    if (part instanceof Part.Page page && pages != null) {
      return pages.send(page.entries());
    }
    long included = 0;
    if (part instanceof Part.Start start && start.snapshot().isPresent()) {
      Snapshot snapshot = start.snapshot().get();
      call.onNext(LoadActorResponse.newBuilder().setSnapshot(snapshot).build());
      included = snapshot.getVersion();
    } else if (part instanceof Part.Damaged damaged) {
      ReplayError error = StatusMapper.replayError(damaged.why());
      call.onNext(LoadActorResponse.newBuilder().addErrors(error).build());
    }
    events = eventsAfter(included);
    return true;
  }

  private EventPages eventsAfter(long version) {
    ActorRange range = new ActorRange(namespace, actor, version + 1, Long.MAX_VALUE, false);
    return new EventPages(
        store.events().read(range),
        range,
        0,
        reportCorrupt,
        (found, errors) ->
            call.onNext(
                LoadActorResponse.newBuilder().addAllEvents(found).addAllErrors(errors).build()));
  }
}
