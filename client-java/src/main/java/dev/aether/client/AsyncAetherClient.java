package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.calls.Timer;
import dev.aether.client.internal.messages.CommitIds;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.messages.SubscriptionMessages;
import dev.aether.client.internal.reads.EventsProgress;
import dev.aether.client.internal.reads.FramePublisher;
import dev.aether.client.internal.reads.FrameSource;
import dev.aether.client.internal.reads.LoadProgress;
import dev.aether.client.internal.reads.LogReadProgress;
import dev.aether.client.internal.reads.PagedFlow;
import dev.aether.client.internal.subscriptions.Arrival;
import dev.aether.client.internal.subscriptions.ListenerSubscription;
import dev.aether.client.internal.validation.Utf8;
import dev.aether.client.internal.validation.Validation;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.PublishResponse;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Saves, reads and follows the histories of actors; no method waits.
 *
 * <p>Futures complete on the client's executor, or in the calling thread, with an {@link
 * AetherException} where a call failed. Cancelling a future cancels the call: whether a cancelled
 * save is stored is not known. Otherwise as {@link AetherClient}.
 */
public final class AsyncAetherClient implements AutoCloseable {
  /** The contract's limit of a commit and a snapshot; a server's may be lower. */
  private static final int MAX_STORED_BYTES = 3 << 20;

  /**
   * Not sent above this: gRPC would refuse it before the server sees whose it is, without a reason.
   * The rest between is the server's to decide.
   */
  public static final int MAX_REQUEST_BYTES = 4 << 20;

  private final Connection connection;
  private final ClientDefaults defaults;
  private final Calls calls;
  private final AsyncNamespaces namespaces;

  AsyncAetherClient(Connection connection, ClientDefaults defaults) {
    this.connection = connection;
    this.defaults = defaults;
    this.calls = new Calls(connection, defaults);
    this.namespaces = new AsyncNamespaces(calls);
  }

  /** Makes, lists and deletes namespaces. */
  public AsyncNamespaces namespaces() {
    return namespaces;
  }

  /** As {@link AetherClient#save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, List<NewEvent> events) {
    return save(SaveCommand.builder(actorId, expected).events(events).build());
  }

  /** As {@link #save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(actorId, expected, List.of(events));
  }

  /** As {@link AetherClient#save(SaveCommand)}. */
  public CompletableFuture<Saved> save(SaveCommand command) {
    connection.checkOpen();
    SaveCommand named = named(command);
    String commitId = named.commitId();
    SaveEventsRequest request = Messages.saveRequest(named, defaults.namespace(named.settings()));
    if (isTooLarge(request)) {
      return refuseTooLarge(request);
    }
    return calls.start(
        new RepeatedCall.Spec<>(
            EventStoreGrpc.getSaveEventsMethod(),
            request,
            Messages::repeated,
            answer -> Messages.saved(commitId, answer),
            new RepeatedCall.Change("save of commit " + commitId, commitId, named.retry(), false)),
        named.settings());
  }

  static boolean isTooLarge(SaveEventsRequest request) {
    return request.getSerializedSize() > MAX_REQUEST_BYTES;
  }

  static CompletableFuture<Saved> refuseTooLarge(SaveEventsRequest request) {
    return CompletableFuture.failedFuture(
        tooLarge(Reason.COMMIT_TOO_LARGE, "commit", request.getSerializedSize()));
  }

  private static TooLargeException tooLarge(Reason reason, String what, int sizeBytes) {
    return new TooLargeException(
        reason,
        what
            + " too large: "
            + sizeBytes
            + " bytes encoded, no server takes more than "
            + MAX_STORED_BYTES,
        Map.of("limit_bytes", String.valueOf(MAX_STORED_BYTES), "size_bytes", "" + sizeBytes),
        MAX_STORED_BYTES,
        sizeBytes,
        null);
  }

  /** The save with a commit id: its own, or a new one. */
  static SaveCommand named(SaveCommand command) {
    return command.commitId().isEmpty()
        ? new SaveCommand(
            command.actorId(),
            command.expected(),
            command.events(),
            CommitIds.next(),
            command.retry(),
            command.maxMissedEvents(),
            command.settings())
        : command;
  }

  /** As {@link AetherClient#saveStream}. */
  public SaveStream saveStream(SaveStreamOptions options) {
    connection.checkOpen();
    return new SaveStream(connection, defaults, options);
  }

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId, CallSettings settings) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getGetLatestVersionMethod(),
            versionRequest(actorId, settings),
            GetLatestVersionResponse::getVersion),
        settings);
  }

  /** As {@link AetherClient#versions(String)}. */
  public CompletableFuture<ActorVersions> versions(String actorId) {
    return versions(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#versions(String)}. */
  public CompletableFuture<ActorVersions> versions(String actorId, CallSettings settings) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getGetLatestVersionMethod(),
            versionRequest(actorId, settings),
            answer -> new ActorVersions(answer.getVersion(), answer.getFirstKeptVersion())),
        settings);
  }

  private GetLatestVersionRequest versionRequest(String actorId, CallSettings settings) {
    return GetLatestVersionRequest.newBuilder()
        .setNamespace(defaults.namespace(settings))
        .setActorId(Validation.actorId(actorId))
        .build();
  }

  /**
   * An actor's events. Each subscriber makes a read of its own, which begins with its first request
   * and stays at most two frames (8 MiB) ahead of what it asked for. Otherwise as {@link
   * AetherClient#events(String, ReadOptions)}.
   */
  public Flow.Publisher<Event> events(String actorId, ReadOptions options) {
    return new FramePublisher<>(eventSource(actorId, options));
  }

  FrameSource<GetEventsResponse, Event> eventSource(String actorId, ReadOptions options) {
    connection.checkOpen();
    GetEventsRequest request =
        Messages.eventsRequest(actorId, defaults.namespace(options.settings()), options);
    return new FrameSource<>(
        () -> calls.read(new EventsProgress(request), options.settings()),
        frame -> {
          report(frame.getErrorsList(), options.onCorrupt());
          return frame.getEventsList().stream().map(Messages::event).iterator();
        });
  }

  private static void report(
      List<dev.aether.v1.ReplayError> errors, @Nullable Consumer<ReplayError> onCorrupt) {
    if (onCorrupt != null) {
      errors.stream().map(Messages::replayError).forEach(onCorrupt);
    }
  }

  /**
   * What rebuilds an actor: its snapshot if there is one, then the events after it. Each subscriber
   * makes a read of its own, as with {@link #events}.
   */
  public Flow.Publisher<ActorPart> loadActor(String actorId, LoadOptions options) {
    return new FramePublisher<>(actorSource(actorId, options));
  }

  FrameSource<LoadActorResponse, ActorPart> actorSource(String actorId, LoadOptions options) {
    connection.checkOpen();
    LoadActorRequest request =
        LoadActorRequest.newBuilder()
            .setNamespace(defaults.namespace(options.settings()))
            .setActorId(Validation.actorId(actorId))
            .setReportCorrupt(options.onCorrupt() != null)
            .build();
    return new FrameSource<>(
        () -> calls.read(new LoadProgress(request), options.settings()),
        frame -> {
          report(frame.getErrorsList(), options.onCorrupt());
          return Messages.actorParts(frame).iterator();
        });
  }

  /** As {@link AetherClient#saveSnapshot(Snapshot)}. */
  public CompletableFuture<@Nullable Void> saveSnapshot(Snapshot snapshot) {
    return saveSnapshot(snapshot, CallSettings.defaults());
  }

  /** As {@link AetherClient#saveSnapshot(Snapshot)}. */
  public CompletableFuture<@Nullable Void> saveSnapshot(Snapshot snapshot, CallSettings settings) {
    SaveSnapshotRequest request =
        SaveSnapshotRequest.newBuilder()
            .setNamespace(defaults.namespace(settings))
            .setSnapshot(Messages.snapshot(snapshot))
            .build();
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      return CompletableFuture.failedFuture(
          tooLarge(Reason.SNAPSHOT_TOO_LARGE, "snapshot", request.getSerializedSize()));
    }
    return calls.start(
        new RepeatedCall.Spec<SaveSnapshotRequest, SaveSnapshotResponse, @Nullable Void>(
            EventStoreGrpc.getSaveSnapshotMethod(),
            request,
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.repeatable("save of a snapshot of " + snapshot.actorId())),
        settings);
  }

  /** As {@link AetherClient#latestSnapshot(String)}. */
  public CompletableFuture<Optional<Snapshot>> latestSnapshot(String actorId) {
    return latestSnapshot(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#latestSnapshot(String)}. */
  public CompletableFuture<Optional<Snapshot>> latestSnapshot(
      String actorId, CallSettings settings) {
    CompletableFuture<Optional<Snapshot>> call =
        calls.start(
            RepeatedCall.Spec.reading(
                EventStoreGrpc.getGetLatestSnapshotMethod(),
                GetLatestSnapshotRequest.newBuilder()
                    .setNamespace(defaults.namespace(settings))
                    .setActorId(Validation.actorId(actorId))
                    .build(),
                answer -> Optional.of(Messages.snapshot(answer.getSnapshot()))),
            settings);
    CompletableFuture<Optional<Snapshot>> result = new CompletableFuture<>();
    CompletableFuture<?> unused =
        call.whenComplete(
            (snapshot, thrown) -> {
              if (thrown instanceof AetherException e && e.reason() == Reason.NO_SNAPSHOT) {
                result.complete(Optional.empty());
              } else if (thrown != null) {
                result.completeExceptionally(thrown);
              } else {
                result.complete(snapshot);
              }
            });
    CompletableFuture<?> cancelling =
        result.whenComplete((snapshot, thrown) -> call.cancel(true)); // Nothing once it is done.
    return result;
  }

  /** As {@link AetherClient#deleteSnapshot(String)}. */
  public CompletableFuture<@Nullable Void> deleteSnapshot(String actorId) {
    return deleteSnapshot(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#deleteSnapshot(String)}. */
  public CompletableFuture<@Nullable Void> deleteSnapshot(String actorId, CallSettings settings) {
    return calls.start(
        new RepeatedCall.Spec<DeleteSnapshotRequest, DeleteSnapshotResponse, @Nullable Void>(
            EventStoreGrpc.getDeleteSnapshotMethod(),
            DeleteSnapshotRequest.newBuilder()
                .setNamespace(defaults.namespace(settings))
                .setActorId(Validation.actorId(actorId))
                .build(),
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.repeatable("deleting the snapshot of " + actorId)),
        settings);
  }

  /**
   * The logs of namespaces, up to their heads as of each call. Each subscriber makes a read of its
   * own, as with {@link #events}. Otherwise as {@link AetherClient#readLog}.
   */
  public Flow.Publisher<LogSignal> readLog(ReadLogOptions options) {
    return new FramePublisher<>(logSource(options));
  }

  FrameSource<ReadLogResponse, LogSignal> logSource(ReadLogOptions options) {
    connection.checkOpen();
    ReadLogRequest request = Messages.readLogRequest(options, defaults.namespace());
    CallSettings settings = new CallSettings(null, options.deadline());
    return new FrameSource<>(
        () -> calls.read(new LogReadProgress(request), settings),
        frame -> Messages.logSignals(frame).iterator());
  }

  /**
   * Actors and their latest versions, page after page; each subscriber begins with the first.
   * Otherwise as {@link AetherClient#listActors}.
   */
  public Flow.Publisher<ActorSummary> listActors(ListActorsOptions options) {
    return new FramePublisher<>(actorListSource(options));
  }

  /** As {@link AetherClient#actorPage}. */
  public CompletableFuture<ActorPage> actorPage(ListActorsOptions options, String pageToken) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getListActorsMethod(),
            ListActorsRequest.newBuilder()
                .setNamespace(defaults.namespace(options.settings()))
                .setPrefix(Utf8.sound("prefix", options.prefix()))
                .setPageSize(options.pageSize())
                .setPageToken(pageToken)
                .setWithSnapshot(options.withSnapshot())
                .build(),
            Messages::actorPage),
        options.settings());
  }

  FrameSource<ActorPage, ActorSummary> actorListSource(ListActorsOptions options) {
    connection.checkOpen();
    return new FrameSource<>(
        () -> new PagedFlow<>(token -> actorPage(options, token), ActorPage::nextPageToken),
        page -> page.actors().iterator());
  }

  /** As {@link AetherClient#subscribe(SubscribeOptions, SubscriptionListener)}. */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    return ListenerSubscription.start(calls.subscription(options), listener, connection::closed);
  }

  /**
   * What is stored, as a publisher. Each subscriber makes a subscription of its own, which begins
   * with its first request, stays at most two frames (8 MiB) ahead of what it asked for, and ends
   * when it is cancelled or with an {@link AetherException}.
   */
  public Flow.Publisher<SubscriptionSignal> subscribe(SubscribeOptions options) {
    return new FramePublisher<>(signalSource(options));
  }

  FrameSource<Arrival, SubscriptionSignal> signalSource(SubscribeOptions options) {
    connection.checkOpen();
    return new FrameSource<>(
        () -> calls.subscription(options),
        arrival -> SubscriptionMessages.signals(arrival).iterator());
  }

  /** As {@link AetherClient#publish(NewEvent)}. */
  public CompletableFuture<@Nullable Void> publish(NewEvent event) {
    return publish(event, CallSettings.defaults());
  }

  /** As {@link AetherClient#publish(NewEvent)}. */
  public CompletableFuture<@Nullable Void> publish(NewEvent event, CallSettings settings) {
    return calls.start(
        new RepeatedCall.Spec<PublishRequest, PublishResponse, @Nullable Void>(
            EventBusGrpc.getPublishMethod(),
            PublishRequest.newBuilder()
                .setNamespace(defaults.namespace(settings))
                .setEvent(Messages.newEvent(event))
                .build(),
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.onlyOnce("the broadcast")),
        settings);
  }

  /**
   * Completes on the client's executor when the time is over, and at once when the client is
   * closed; for pauses between calls, without a thread that waits.
   */
  public CompletableFuture<@Nullable Void> delay(Duration time) {
    CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    Timer.Task unused = connection.timer().schedule(() -> over.complete(null), time);
    return over;
  }

  /**
   * Ends all calls, subscriptions included, and gives the connections back; waits up to 5 s for
   * that. Calls and streams that are under way end with {@link ClientClosedException}; a save that
   * may be stored ends with {@link OutcomeUnknownException}, a listener with {@link
   * SubscriptionListener#onClosed()}. Closing again does nothing.
   */
  @Override
  public void close() {
    connection.close();
  }
}
