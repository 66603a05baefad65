package dev.aether.client;

import dev.aether.client.internal.calls.Blocking;
import dev.aether.client.internal.reads.FrameSpliterator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * IllegalStateException} once the client is closed; a call that is under way then ends with {@link
 * ClientClosedException}, or {@link OutcomeUnknownException} where it may have stored something. A
 * thread that is interrupted while it waits gets {@link OutcomeUnknownException} from a save and
 * {@link Reason#CANCELLED} from other calls, with its interrupt status set.
 *
 * <p>Versions, positions and counts are unsigned, as in the contract: a {@code long} above 2^63 - 1
 * is negative in Java, and {@link Long#toUnsignedString(long)} prints it.
 */
public final class AetherClient implements AutoCloseable {
  private final AsyncAetherClient async;
  private final Namespaces namespaces;

  AetherClient(AsyncAetherClient async) {
    this.async = async;
    this.namespaces = new Namespaces(async.namespaces());
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
    return Blocking.result(
        async.save(named),
        interrupted ->
            new OutcomeUnknownException(
                "interrupted while it waited for commit " + named.commitId(),
                Map.of(),
                named.commitId(),
                interrupted));
  }

  /**
   * Saves many commits one after the other without waiting for each. Connects with the first save.
   */
  public SaveStream saveStream(SaveStreamOptions options) {
    return async.saveStream(options);
  }

  /** The actor's latest version in the client's namespace; 0 for an actor nobody wrote. */
  public long latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** As {@link #latestVersion(String)}. */
  public long latestVersion(String actorId, CallSettings settings) {
    return Blocking.read(async.latestVersion(actorId, settings));
  }

  /** The actor's latest version in the client's namespace, and the first one still kept. */
  public ActorVersions versions(String actorId) {
    return versions(actorId, CallSettings.defaults());
  }

  /** As {@link #versions(String)}. */
  public ActorVersions versions(String actorId, CallSettings settings) {
    return Blocking.read(async.versions(actorId, settings));
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
   * says. A call that breaks is followed by another one, where it stopped: each event comes once.
   *
   * @param actorId the actor
   * @param options which events
   */
  public Stream<Event> events(String actorId, ReadOptions options) {
    return FrameSpliterator.stream(async.eventSource(actorId, options));
  }

  /**
   * All that is needed to rebuild an actor of the client's namespace, in one call: its snapshot if
   * there is one, and the events after it. Waits for the first of them.
   */
  public LoadedActor loadActor(String actorId) {
    return loadActor(actorId, LoadOptions.defaults());
  }

  /** As {@link #loadActor(String)}. */
  public LoadedActor loadActor(String actorId, LoadOptions options) {
    return new LoadedActor(FrameSpliterator.stream(async.actorSource(actorId, options)));
  }

  /**
   * Stores a snapshot in the client's namespace; one of the same version is replaced.
   *
   * @throws SnapshotAheadException if its version is above the actor's latest
   * @throws SnapshotOutdatedException if a newer one is stored
   * @throws TooLargeException if it is above the server's limit
   * @throws OutcomeUnknownException if no answer said whether it is stored
   */
  public void saveSnapshot(Snapshot snapshot) {
    saveSnapshot(snapshot, CallSettings.defaults());
  }

  /** As {@link #saveSnapshot(Snapshot)}. */
  public void saveSnapshot(Snapshot snapshot, CallSettings settings) {
    Blocking.done(
        async.saveSnapshot(snapshot, settings), "save of a snapshot of " + snapshot.actorId());
  }

  /** The actor's snapshot in the client's namespace; empty if it has none. */
  public Optional<Snapshot> latestSnapshot(String actorId) {
    return latestSnapshot(actorId, CallSettings.defaults());
  }

  /** As {@link #latestSnapshot(String)}. */
  public Optional<Snapshot> latestSnapshot(String actorId, CallSettings settings) {
    return Blocking.read(async.latestSnapshot(actorId, settings));
  }

  /**
   * Removes the actor's snapshot in the client's namespace, if there is one; afterwards any version
   * up to the latest may be saved. A repeat also removes what somebody saves while this call runs.
   *
   * @throws OutcomeUnknownException if no answer said whether it is removed
   */
  public void deleteSnapshot(String actorId) {
    deleteSnapshot(actorId, CallSettings.defaults());
  }

  /** As {@link #deleteSnapshot(String)}. */
  public void deleteSnapshot(String actorId, CallSettings settings) {
    Blocking.done(async.deleteSnapshot(actorId, settings), "deleting the snapshot of " + actorId);
  }

  /**
   * Reads the logs of namespaces up to their heads as of the call, in order within a partition:
   * each commit once, and now and then a cursor from which a later read or a subscription goes on.
   * Otherwise as {@link #events(String, ReadOptions)}; where a broken call is followed by another
   * one, the heads are those of the last.
   *
   * @throws CursorUnknownException if the cursor can't be used: start over
   * @throws CursorExpiredException if what comes after it was trimmed
   */
  public Stream<LogSignal> readLog(ReadLogOptions options) {
    return FrameSpliterator.stream(async.logSource(options));
  }

  /**
   * Lists actors and their latest versions. Pages are asked for while the stream is read, at most
   * two ahead; actors that are written meanwhile may or may not be in it.
   */
  public Stream<ActorSummary> listActors(ListActorsOptions options) {
    return FrameSpliterator.stream(async.actorListSource(options));
  }

  /**
   * A page of {@link #listActors}.
   *
   * @param pageToken {@link ActorPage#nextPageToken()} of the page before; empty: the first page
   */
  public ActorPage actorPage(ListActorsOptions options, String pageToken) {
    return Blocking.read(async.actorPage(options, pageToken));
  }

  /** Makes, lists and deletes namespaces. */
  public Namespaces namespaces() {
    return namespaces;
  }

  /**
   * Follows what is stored. Returns at once: the listener hears that the subscription began, and
   * everything else.
   */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    return async.subscribe(options, listener);
  }

  /**
   * Follows what is stored, in the thread that reads the stream. It has no end but an exception, so
   * that it must be closed; closing ends the subscription. It stays at most two frames (8 MiB)
   * ahead of its reader and goes on by itself after a lost connection.
   */
  public Stream<SubscriptionSignal> subscribe(SubscribeOptions options) {
    return FrameSpliterator.stream(async.signalSource(options));
  }

  /**
   * Broadcasts an event in the client's namespace: not stored, at most once, to the subscribers
   * connected now that asked for broadcasts. Returns when NATS has taken it, whoever gets it. Never
   * sent again once it may have been broadcast.
   *
   * @throws TooLargeException if it takes more than a commit may
   * @throws StoreUnavailableException if the server can't reach NATS; it was not broadcast
   * @throws OutcomeUnknownException if no answer said whether it was broadcast
   */
  public void publish(NewEvent event) {
    publish(event, CallSettings.defaults());
  }

  /** As {@link #publish(NewEvent)}. */
  public void publish(NewEvent event, CallSettings settings) {
    Blocking.done(async.publish(event, settings), "the broadcast");
  }

  /** Waits, in this thread, for a pause between calls; less if the client is closed meanwhile. */
  public void delay(Duration time) {
    Object unused = Blocking.read(async.delay(time));
  }

  /** As {@link AsyncAetherClient#close()}. */
  @Override
  public void close() {
    async.close();
  }
}
