package dev.aether.client;

import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Futures;
import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.calls.Timer;
import dev.aether.client.internal.messages.CommitIds;
import dev.aether.client.internal.messages.Messages;
import dev.aether.client.internal.messages.RequestSize;
import dev.aether.client.internal.messages.Requests;
import dev.aether.client.internal.reads.FramePublisher;
import dev.aether.client.internal.saves.ConcurrentSaves;
import dev.aether.client.internal.saves.SaveTraces;
import dev.aether.client.internal.subscriptions.ListenerSubscription;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.DeleteSnapshotResponse;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.PublishResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Saves, reads and subscribes to the events of actors without blocking.
 *
 * <p>Futures complete on the client's executor or in the calling thread; a failed call completes
 * its future with an {@link AetherException}. Cancelling a future cancels the call, unless it is a
 * save that shares a stream with others; a cancelled save may or may not be stored. In all other
 * respects this class behaves as {@link AetherClient}.
 */
public final class AsyncAetherClient implements AutoCloseable {
  private final Connection connection;
  private final ClientDefaults defaults;
  private final Calls calls;
  private final ReadSources sources;
  private final ConcurrentSaves concurrentSaves;
  private final SaveTraces traces;
  private final AsyncNamespaces namespaces;

  AsyncAetherClient(Connection connection, ClientDefaults defaults, SaveTraces traces) {
    this.connection = connection;
    this.traces = traces;
    this.defaults = defaults;
    this.calls = new Calls(connection, defaults);
    this.sources = new ReadSources(calls);
    this.concurrentSaves =
        new ConcurrentSaves(connection, defaults.repeats(), defaults.attemptTimeout());
    this.namespaces = new AsyncNamespaces(calls);
  }

  /** Creates, lists and deletes namespaces. */
  public AsyncNamespaces namespaces() {
    return namespaces;
  }

  /** The streamed reads of this client. */
  ReadSources sources() {
    return sources;
  }

  /** Same as {@link AetherClient#save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, List<NewEvent> events) {
    return save(SaveCommand.builder(actorId, expected).events(events).build());
  }

  /** Same as {@link #save(String, ExpectedVersion, List)}. */
  public CompletableFuture<Saved> save(
      String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(actorId, expected, List.of(events));
  }

  /** Same as {@link AetherClient#save(SaveCommand)}. */
  public CompletableFuture<Saved> save(SaveCommand command) {
    connection.checkOpen();
    SaveCommand named = CommitIds.named(command);
    SaveEventsRequest request = Requests.save(named, defaults.namespace(named.settings()));
    if (RequestSize.isTooLarge(request)) {
      return CompletableFuture.failedFuture(RequestSize.tooLarge(request));
    }
    return traces.follow(named, request, traced -> save(named, traced));
  }

  private CompletableFuture<Saved> save(SaveCommand named, SaveEventsRequest request) {
    String commitId = named.commitId();
    return concurrentSaves.count(
        calls.start(
            new RepeatedCall.Spec<>(
                EventStoreGrpc.getSaveEventsMethod(),
                request,
                Requests::repeated,
                answer -> Messages.saved(commitId, answer),
                new RepeatedCall.Change(
                    "the save of commit " + commitId, commitId, named.retry(), false)),
            named.settings(),
            deadline -> concurrentSaves.take(request, deadline)));
  }

  /** Same as {@link AetherClient#saveStream}. */
  public SaveStream saveStream(SaveStreamOptions options) {
    connection.checkOpen();
    return new SaveStream(connection, defaults, traces, options);
  }

  /** Same as {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId, CallSettings settings) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getGetLatestVersionMethod(),
            Requests.latestVersion(actorId, defaults.namespace(settings)),
            GetLatestVersionResponse::getVersion),
        settings);
  }

  /** Same as {@link AetherClient#versions(String)}. */
  public CompletableFuture<ActorVersions> versions(String actorId) {
    return versions(actorId, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#versions(String)}. */
  public CompletableFuture<ActorVersions> versions(String actorId, CallSettings settings) {
    return calls.start(
        RepeatedCall.Spec.reading(
            EventStoreGrpc.getGetLatestVersionMethod(),
            Requests.latestVersion(actorId, defaults.namespace(settings)),
            answer -> new ActorVersions(answer.getVersion(), answer.getFirstKeptVersion())),
        settings);
  }

  /**
   * Reads an actor's events. Each subscriber starts a read of its own, which begins with the
   * subscriber's first request and stays at most two frames (8 MiB) ahead of what was requested. In
   * all other respects the same as {@link AetherClient#events(String, ReadOptions)}.
   */
  public Flow.Publisher<Event> events(String actorId, ReadOptions options) {
    return new FramePublisher<>(sources.events(actorId, options));
  }

  /**
   * Reads what is needed to rebuild an actor: its snapshot if there is one, then the events after
   * it. Each subscriber starts a read of its own, as with {@link #events}.
   */
  public Flow.Publisher<ActorPart> loadActor(String actorId, LoadOptions options) {
    return new FramePublisher<>(sources.actor(actorId, options));
  }

  /** Same as {@link AetherClient#saveSnapshot(Snapshot)}. */
  public CompletableFuture<@Nullable Void> saveSnapshot(Snapshot snapshot) {
    return saveSnapshot(snapshot, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#saveSnapshot(Snapshot)}. */
  public CompletableFuture<@Nullable Void> saveSnapshot(Snapshot snapshot, CallSettings settings) {
    SaveSnapshotRequest request = Requests.saveSnapshot(snapshot, defaults.namespace(settings));
    if (RequestSize.isTooLarge(request)) {
      return CompletableFuture.failedFuture(RequestSize.tooLarge(request));
    }
    return calls.start(
        new RepeatedCall.Spec<SaveSnapshotRequest, SaveSnapshotResponse, @Nullable Void>(
            EventStoreGrpc.getSaveSnapshotMethod(),
            request,
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.repeatable("the save of the snapshot of " + snapshot.actorId())),
        settings);
  }

  /** Same as {@link AetherClient#latestSnapshot(String)}. */
  public CompletableFuture<Optional<Snapshot>> latestSnapshot(String actorId) {
    return latestSnapshot(actorId, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#latestSnapshot(String)}. */
  public CompletableFuture<Optional<Snapshot>> latestSnapshot(
      String actorId, CallSettings settings) {
    CompletableFuture<Optional<Snapshot>> call =
        calls.start(
            RepeatedCall.Spec.reading(
                EventStoreGrpc.getGetLatestSnapshotMethod(),
                Requests.latestSnapshot(actorId, defaults.namespace(settings)),
                answer -> Optional.of(Messages.snapshot(answer.getSnapshot()))),
            settings);
    return Futures.after(
        call,
        () ->
            Futures.failure(call) instanceof AetherException e && e.reason() == Reason.NO_SNAPSHOT
                ? CompletableFuture.completedFuture(Optional.empty())
                : call);
  }

  /** Same as {@link AetherClient#deleteSnapshot(String)}. */
  public CompletableFuture<@Nullable Void> deleteSnapshot(String actorId) {
    return deleteSnapshot(actorId, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#deleteSnapshot(String)}. */
  public CompletableFuture<@Nullable Void> deleteSnapshot(String actorId, CallSettings settings) {
    return calls.start(
        new RepeatedCall.Spec<DeleteSnapshotRequest, DeleteSnapshotResponse, @Nullable Void>(
            EventStoreGrpc.getDeleteSnapshotMethod(),
            Requests.deleteSnapshot(actorId, defaults.namespace(settings)),
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.repeatable("the deletion of the snapshot of " + actorId)),
        settings);
  }

  /**
   * Reads the logs of namespaces up to the heads they have when the call starts. Each subscriber
   * starts a read of its own, as with {@link #events}. In all other respects the same as {@link
   * AetherClient#readLog}.
   */
  public Flow.Publisher<LogSignal> readLog(ReadLogOptions options) {
    return new FramePublisher<>(sources.log(options));
  }

  /**
   * Lists actors and their latest versions, page after page; each subscriber starts with the first
   * page. In all other respects the same as {@link AetherClient#listActors}.
   */
  public Flow.Publisher<ActorSummary> listActors(ListActorsOptions options) {
    return new FramePublisher<>(sources.actors(options));
  }

  /** Same as {@link AetherClient#actorPage}. */
  public CompletableFuture<ActorPage> actorPage(ListActorsOptions options, String pageToken) {
    return sources.actorPage(options, pageToken);
  }

  /** Same as {@link AetherClient#subscribe(SubscribeOptions, SubscriptionListener)}. */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    return ListenerSubscription.start(calls.subscription(options), listener, connection::closed);
  }

  /**
   * Subscribes to commits. Each subscriber of the publisher starts a subscription of its own, which
   * begins with the subscriber's first request, stays at most two frames (8 MiB) ahead of what was
   * requested, and ends when it is cancelled or with an {@link AetherException}.
   */
  public Flow.Publisher<SubscriptionSignal> subscribe(SubscribeOptions options) {
    return new FramePublisher<>(sources.signals(options));
  }

  /** Same as {@link AetherClient#publish(NewEvent)}. */
  public CompletableFuture<@Nullable Void> publish(NewEvent event) {
    return publish(event, CallSettings.defaults());
  }

  /** Same as {@link AetherClient#publish(NewEvent)}. */
  public CompletableFuture<@Nullable Void> publish(NewEvent event, CallSettings settings) {
    return calls.start(
        new RepeatedCall.Spec<PublishRequest, PublishResponse, @Nullable Void>(
            EventBusGrpc.getPublishMethod(),
            Requests.publish(event, defaults.namespace(settings)),
            UnaryOperator.identity(),
            answer -> null,
            RepeatedCall.Change.onlyOnce("the broadcast")),
        settings);
  }

  /**
   * Returns a future that completes on the client's executor after the given time, or at once when
   * the client is closed. Use it for pauses between calls that must not block a thread.
   */
  public CompletableFuture<@Nullable Void> delay(Duration time) {
    CompletableFuture<@Nullable Void> over = new CompletableFuture<>();
    Timer.Task unused = connection.timer().schedule(() -> over.complete(null), time);
    return over;
  }

  /**
   * Cancels all calls and subscriptions and closes the connections, waiting up to 5 s for that.
   * Calls and streams in progress fail with {@link ClientClosedException}; a save that may have
   * been stored fails with {@link OutcomeUnknownException}; a listener receives {@link
   * SubscriptionListener#onClosed()}. Closing a closed client has no effect.
   */
  @Override
  public void close() {
    connection.close();
  }
}
