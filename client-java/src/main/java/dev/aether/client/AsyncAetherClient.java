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
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Saves, reads and follows the histories of actors; no method waits.
 *
 * <p>Futures complete on the client's executor, or in the calling thread, with an {@link
 * AetherException} where a call failed. Cancelling a future cancels the call: whether a cancelled
 * save is stored is not known. Otherwise as {@link AetherClient}.
 */
public final class AsyncAetherClient implements AutoCloseable {
  /** A server sends heartbeats every 10 s; who misses three hears nobody. */
  private static final Duration SUBSCRIPTION_PATIENCE = Duration.ofSeconds(30);

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
    SaveEventsRequest first = Messages.saveRequest(named, defaults.namespace(named.settings()));
    SaveEventsRequest again = first.toBuilder().setRetry(true).build();
    return RepeatedCall.start(
        connection,
        new RepeatedCall.Spec<>(
            EventStoreGrpc.getSaveEventsMethod(),
            first,
            again,
            answer -> Messages.saved(commitId, answer),
            commitId,
            named.retry()),
        defaults.limits(named.settings()));
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
            request,
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
        defaults.deadline(options.settings()),
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
