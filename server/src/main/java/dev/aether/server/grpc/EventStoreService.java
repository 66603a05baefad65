package dev.aether.server.grpc;

import dev.aether.server.bus.LogScan;
import dev.aether.server.bus.SubscribeCommand;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.limits.CallPermits;
import dev.aether.server.grpc.reads.EventPages;
import dev.aether.server.grpc.reads.LoadActorPages;
import dev.aether.server.grpc.reads.PagedCall;
import dev.aether.server.grpc.reads.ReadLogPages;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.grpc.saves.SaveHandler;
import dev.aether.server.grpc.saves.SaveMapper;
import dev.aether.server.grpc.saves.SaveMeasures;
import dev.aether.server.grpc.saves.SaveStreamCalls;
import dev.aether.server.grpc.subscriptions.SubscribeMapper;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.server.measure.Measures;
import dev.aether.server.measure.Traces;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Store;
import dev.aether.server.wire.EncodedGetEventsResponse;
import dev.aether.server.wire.EncodedLoadActorResponse;
import dev.aether.server.wire.EncodedReadLogResponse;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestSnapshotResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.ListActorsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.function.Supplier;

/** Saves and reads. No method blocks. */
final class EventStoreService extends EventStoreGrpc.EventStoreImplBase implements AutoCloseable {
  private final Store store;
  private final EventStore events;
  private final SaveMeasures saveMeasures;
  private final SaveHandler saves;
  private final SaveStreamCalls streams;
  private final SnapshotCalls snapshots;
  private final ActorCalls actors;

  /**
   * @param defaults fills in what senders left out
   */
  EventStoreService(Store store, EventDefaults defaults) {
    this(store, defaults, new ConflictCounts(), Measures.NONE, Traces.NONE);
  }

  /**
   * @param defaults fills in what senders left out
   * @param conflicts counts the actors of saves that come too late
   * @param traces where spans of saves are begun
   */
  EventStoreService(
      Store store,
      EventDefaults defaults,
      ConflictCounts conflicts,
      Measures measures,
      Traces traces) {
    this.store = store;
    events = store.events();
    saveMeasures = new SaveMeasures(measures);
    saves = new SaveHandler(events, defaults, conflicts, saveMeasures, traces);
    streams = new SaveStreamCalls(saves);
    snapshots = new SnapshotCalls(store, defaults);
    actors = new ActorCalls(store);
  }

  /** Counts of the saves so far. */
  SaveMeasures saveMeasures() {
    return saveMeasures;
  }

  /** Closes the streams of saves, which would never end by themselves. */
  @Override
  public void close() {
    streams.close();
  }

  @Override
  public void saveEvents(SaveEventsRequest request, StreamObserver<SaveEventsResponse> response) {
    UnaryCall.answer(response, () -> saves.save(request), SaveMapper::toResponse);
  }

  @Override
  public StreamObserver<SaveEventsRequest> saveEventsStream(
      StreamObserver<SaveEventsStreamResponse> answers) {
    return streams.begin(answers);
  }

  /** Binds the service so that reads answer with commits and events that are left encoded. */
  ServerServiceDefinition bindWithEncodedFrames() {
    return ServiceDefinitions.withMethods(
        bindService(),
        List.of(
            ServiceDefinitions.withTwin(
                EventStoreGrpc.getGetEventsMethod(),
                EncodedGetEventsResponse.getDefaultInstance(),
                this::events),
            ServiceDefinitions.withTwin(
                EventStoreGrpc.getLoadActorMethod(),
                EncodedLoadActorResponse.getDefaultInstance(),
                this::load),
            ServiceDefinitions.withTwin(
                EventStoreGrpc.getReadLogMethod(),
                EncodedReadLogResponse.getDefaultInstance(),
                this::log)));
  }

  private void events(GetEventsRequest request, StreamObserver<EncodedGetEventsResponse> response) {
    paged(
        response,
        () -> {
          ActorRange range = range(request);
          return new EventPages(
              events.read(range),
              range,
              request.getMaxCount(),
              request.getReportCorrupt(),
              (found, errors) ->
                  response.onNext(
                      EncodedGetEventsResponse.newBuilder()
                          .addAllEvents(found)
                          .addAllErrors(errors)
                          .build()));
        });
  }

  private void load(LoadActorRequest request, StreamObserver<EncodedLoadActorResponse> response) {
    paged(response, () -> new LoadActorPages(store, request, response));
  }

  /** Answers with frames, or with an error if the request is invalid. */
  private static void paged(StreamObserver<?> response, Supplier<PagedCall.Pages<?>> pages) {
    try {
      PagedCall.start((ServerCallStreamObserver<?>) response, pages.get());
    } catch (StoreException e) {
      response.onError(StatusMapper.toStatus(e));
    }
  }

  private void log(ReadLogRequest request, StreamObserver<EncodedReadLogResponse> response) {
    try {
      SubscribeMapper.check(request);
      NamePattern namespaces = RequestNames.namespacePattern(request.getNamespacePattern());
      CursorCodec cursors = new CursorCodec(store.namespaces().storeId(), namespaces);
      SubscribeCommand command =
          SubscribeMapper.command(request, namespaces, cursors, CallPermits.current());
      long max = request.getMaxCount() == 0 ? Long.MAX_VALUE : signed(request.getMaxCount());
      ReadLogPages pages = new ReadLogPages(new LogScan(store, command, max), cursors, response);
      PagedCall.start((ServerCallStreamObserver<EncodedReadLogResponse>) response, pages);
    } catch (StoreException e) {
      response.onError(StatusMapper.toStatus(e));
    }
  }

  private static ActorRange range(GetEventsRequest request) {
    FieldViolations violations = new FieldViolations();
    RequestNames.checkNamespace(request.getNamespace(), violations);
    RequestNames.checkActor(request.getActorId(), violations);
    long from = request.getFromVersion();
    long to = request.getToVersion();
    if (to != 0 && Long.compareUnsigned(from, to) > 0) {
      violations.add("from_version", "is above to_version");
    }
    violations.check();
    return new ActorRange(
        RequestNames.namespace(request.getNamespace()),
        new ActorId(request.getActorId()),
        signed(from),
        Math.min(to == 0 ? Long.MAX_VALUE : signed(to), lastWanted(request)),
        request.getBackwards());
  }

  /**
   * The last version that can be part of the answer. Versions have no gaps, so it follows from the
   * number of events, unless a damaged record leaves a gap.
   */
  private static long lastWanted(GetEventsRequest request) {
    long from = signed(request.getFromVersion());
    long count = signed(request.getMaxCount());
    boolean known = from > 0 && count > 0 && !request.getBackwards() && !request.getReportCorrupt();
    return known && count <= Long.MAX_VALUE - from ? from + count - 1 : Long.MAX_VALUE;
  }

  /** No version exceeds 2^63 - 1, so any higher bound means the same. */
  private static long signed(long unsigned) {
    return unsigned < 0 ? Long.MAX_VALUE : unsigned;
  }

  @Override
  public void getLatestVersion(
      GetLatestVersionRequest request, StreamObserver<GetLatestVersionResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          RequestNames.check(request.getNamespace(), request.getActorId());
          return events.versions(
              RequestNames.namespace(request.getNamespace()), new ActorId(request.getActorId()));
        },
        versions ->
            GetLatestVersionResponse.newBuilder()
                .setVersion(versions.latest())
                .setFirstKeptVersion(versions.firstKept())
                .build());
  }

  @Override
  public void listActors(ListActorsRequest request, StreamObserver<ListActorsResponse> response) {
    actors.list(request, response);
  }

  @Override
  public void saveSnapshot(
      SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> response) {
    snapshots.save(request, response);
  }

  @Override
  public void getLatestSnapshot(
      GetLatestSnapshotRequest request, StreamObserver<GetLatestSnapshotResponse> response) {
    snapshots.latest(request, response);
  }

  @Override
  public void deleteSnapshot(
      DeleteSnapshotRequest request, StreamObserver<DeleteSnapshotResponse> response) {
    snapshots.delete(request, response);
  }
}
