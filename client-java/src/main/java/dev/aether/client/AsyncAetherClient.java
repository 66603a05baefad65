package dev.aether.client;

import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.Status;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Saves, reads and follows the histories of actors; no method waits.
 *
 * <p>Futures complete on the client's executor, or in the calling thread, with an {@link
 * AetherException} where a call failed. Cancelling a future cancels the call: whether a cancelled
 * save is stored is not known. Otherwise as {@link AetherClient}.
 */
public final class AsyncAetherClient implements AutoCloseable {
  /** The contract's limit of a commit; a server's may be lower. */
  private static final int MAX_COMMIT_BYTES = 3 << 20;

  /**
   * Not sent above this: gRPC would refuse it before the server sees whose it is, without a reason.
   * The rest between is the server's to decide.
   */
  private static final int MAX_REQUEST_BYTES = 4 << 20;

  /** A server sends heartbeats every 10 s; who misses three hears nobody. */
  private static final FrameCall.Patience SUBSCRIPTION_PATIENCE =
      new FrameCall.Patience(Duration.ofSeconds(30), Status.Code.UNAVAILABLE);

  private final Connection connection;
  private final Defaults defaults;

  AsyncAetherClient(Connection connection, Defaults defaults) {
    this.connection = connection;
    this.defaults = defaults;
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
    if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
      return CompletableFuture.failedFuture(tooLarge(request.getSerializedSize()));
    }
    return RepeatedCall.start(
        connection,
        new RepeatedCall.Spec<>(
            EventStoreGrpc.getSaveEventsMethod(),
            request,
            sent -> sent.toBuilder().setRetry(true).build(),
            answer -> Messages.saved(commitId, answer),
            commitId,
            named.retry()),
        defaults.limits(named.settings()));
  }

  private static TooLargeException tooLarge(int sizeBytes) {
    return new TooLargeException(
        Reason.COMMIT_TOO_LARGE,
        "commit too large: "
            + sizeBytes
            + " bytes encoded, no server takes more than "
            + MAX_COMMIT_BYTES,
        Map.of("limit_bytes", String.valueOf(MAX_COMMIT_BYTES), "size_bytes", "" + sizeBytes),
        MAX_COMMIT_BYTES,
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

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** As {@link AetherClient#latestVersion(String)}. */
  public CompletableFuture<Long> latestVersion(String actorId, CallSettings settings) {
    connection.checkOpen();
    GetLatestVersionRequest request =
        GetLatestVersionRequest.newBuilder()
            .setNamespace(defaults.namespace(settings))
            .setActorId(actorId)
            .build();
    return RepeatedCall.start(
        connection,
        new RepeatedCall.Spec<>(
            EventStoreGrpc.getGetLatestVersionMethod(),
            request,
            UnaryOperator.identity(),
            GetLatestVersionResponse::getVersion,
            null,
            false),
        defaults.limits(settings));
  }

  /**
   * An actor's events. Each subscriber makes a call of its own, which begins with its first request
   * and stays at most two frames (8 MiB) ahead of what it asked for.
   */
  public Flow.Publisher<Event> events(String actorId, ReadOptions options) {
    return new FramePublisher<>(eventSource(actorId, options));
  }

  FrameSource<GetEventsRequest, GetEventsResponse, Event> eventSource(
      String actorId, ReadOptions options) {
    connection.checkOpen();
    return new FrameSource<>(
        connection,
        EventStoreGrpc.getGetEventsMethod(),
        Messages.eventsRequest(actorId, defaults.namespace(options.settings()), options),
        new FrameCall.Patience(
            defaults.deadline(options.settings()), Status.Code.DEADLINE_EXCEEDED),
        frame -> items(frame, options));
  }

  private static Iterator<Event> items(GetEventsResponse frame, ReadOptions options) {
    Consumer<ReplayError> onCorrupt = options.onCorrupt();
    if (onCorrupt != null) {
      frame.getErrorsList().stream().map(Messages::replayError).forEach(onCorrupt);
    }
    return frame.getEventsList().stream().map(Messages::event).iterator();
  }

  /** As {@link AetherClient#subscribe}. */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    FrameSource<SubscribeRequest, SubscribeResponse, SubscriptionSignal> source =
        signalSource(options);
    return ListenerSubscription.start(source.newCall(), source.request(), listener);
  }

  /**
   * What is stored, as a publisher. Each subscriber makes a subscription of its own, which begins
   * with its first request and ends when it is cancelled or with an {@link AetherException}.
   */
  public Flow.Publisher<SubscriptionSignal> subscribe(SubscribeOptions options) {
    return new FramePublisher<>(signalSource(options));
  }

  private FrameSource<SubscribeRequest, SubscribeResponse, SubscriptionSignal> signalSource(
      SubscribeOptions options) {
    connection.checkOpen();
    return new FrameSource<>(
        connection,
        EventBusGrpc.getSubscribeMethod(),
        Frames.request(options, defaults.namespace()),
        SUBSCRIPTION_PATIENCE,
        frame -> Frames.signals(frame).iterator());
  }

  /**
   * Ends all calls, subscriptions included, and gives the connections back; waits up to 5 s for
   * that. A save that is under way ends with {@link OutcomeUnknownException}. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    connection.close();
  }
}
