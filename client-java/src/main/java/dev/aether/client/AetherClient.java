package dev.aether.client;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Saves, reads and follows the histories of actors; its methods wait for the answer.
 *
 * <p>Safe for use by many threads; make one for a process and close it at the end. Connections are
 * made when first needed. A call that gets no answer is repeated by the client, always as the same
 * request, until its deadline ({@link AetherClientBuilder#repeats}); conflicts are the caller's to
 * decide.
 *
 * <p>Every method throws {@link AetherException} or one of its subclasses, and {@link
 * IllegalStateException} once the client is closed. A thread that is interrupted while it waits
 * gets {@link OutcomeUnknownException} from a save and {@link Reason#CANCELLED} from other calls,
 * with its interrupt status set.
 *
 * <p>Versions, positions and counts are never negative.
 */
public final class AetherClient implements AutoCloseable {
  private final AsyncAetherClient async;

  AetherClient(AsyncAetherClient async) {
    this.async = async;
  }

  /** A client of the server at {@code host:port}, otherwise with the builder's defaults. */
  public static AetherClient connect(String endpoint) {
    return builder().endpoint(endpoint).build();
  }

  /** Starts a client. */
  public static AetherClientBuilder builder() {
    return new AetherClientBuilder();
  }

  /** The same client, with methods that do not wait. Closing this client closes both. */
  public AsyncAetherClient async() {
    return async;
  }

  /**
   * Stores events as one commit, all or nothing, in the client's namespace.
   *
   * @param actorId the actor
   * @param expected what the caller expects of it
   * @param events 1 to 1000 events, which get the next versions in order
   * @throws VersionConflictException if the actor is not as expected; nothing was stored
   * @throws OutcomeUnknownException if no answer said whether the commit is stored
   */
  public Saved save(String actorId, ExpectedVersion expected, List<NewEvent> events) {
    return save(SaveCommand.builder(actorId, expected).events(events).build());
  }

  /** As {@link #save(String, ExpectedVersion, List)}. */
  public Saved save(String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(actorId, expected, List.of(events));
  }

  /**
   * As {@link #save(String, ExpectedVersion, List)}, with everything that a save may have of its
   * own.
   */
  public Saved save(SaveCommand command) {
    SaveCommand named = AsyncAetherClient.named(command);
    return Waiting.result(
        async.save(named),
        interrupted ->
            new OutcomeUnknownException(
                "interrupted while it waited for commit " + named.commitId(),
                Map.of(),
                named.commitId(),
                interrupted));
  }

  /** The actor's latest version in the client's namespace; 0 for an actor nobody wrote. */
  public long latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** As {@link #latestVersion(String)}. */
  public long latestVersion(String actorId, CallSettings settings) {
    return Waiting.result(
        async.latestVersion(actorId, settings),
        interrupted ->
            new AetherException(
                Reason.CANCELLED, "interrupted while it waited", Map.of(), interrupted));
  }

  /**
   * All of an actor's events in the client's namespace, as {@link #events(String, ReadOptions)}.
   */
  public Stream<Event> events(String actorId) {
    return events(actorId, ReadOptions.all());
  }

  /**
   * Reads an actor's events; none for an actor nobody wrote.
   *
   * <p>The call begins with the stream's terminal operation and stays at most two frames (8 MiB)
   * ahead of it. Close the stream if it may not be read to its end, best by try-with-resources:
   * that cancels the call. It is sequential. While it is read, its methods throw as this class
   * says.
   *
   * @param actorId the actor
   * @param options which events
   */
  public Stream<Event> events(String actorId, ReadOptions options) {
    return FrameSpliterator.stream(async.eventSource(actorId, options));
  }

  /**
   * Follows what is stored. Returns at once: the listener hears that the subscription began, and
   * everything else.
   */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    return async.subscribe(options, listener);
  }

  /** As {@link AsyncAetherClient#close()}. */
  @Override
  public void close() {
    async.close();
  }
}
