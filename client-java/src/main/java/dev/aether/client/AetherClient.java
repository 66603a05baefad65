package dev.aether.client;

import dev.aether.client.internal.calls.Blocking;
import dev.aether.client.internal.messages.CommitIds;
import dev.aether.client.internal.reads.FrameSpliterator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Saves, reads and subscribes to the events of actors. Methods block until the server has answered.
 *
 * <p>Safe for use by many threads; create one per process and close it at the end. It connects when
 * the first call needs a connection. If a call gets no answer, the client sends the same request
 * again until the call's deadline ({@link AetherClientBuilder#repeats}). It never resolves version
 * conflicts by itself.
 *
 * <p>Every method throws {@link AetherException} or one of its subclasses, or {@link
 * IllegalStateException} if the client is closed. A call that is in progress when the client is
 * closed throws {@link ClientClosedException}, or {@link OutcomeUnknownException} if it may have
 * stored something. If the thread is interrupted while it waits, a save throws {@link
 * OutcomeUnknownException} and other calls throw an exception with {@link Reason#CANCELLED}; the
 * thread's interrupt status is set.
 *
 * <p>Versions, positions and counts are unsigned, as in the protocol: a {@code long} above 2^63 - 1
 * is negative in Java, and {@link Long#toUnsignedString(long)} prints it.
 */
public final class AetherClient implements AutoCloseable {
  private final AsyncAetherClient async;
  private final Namespaces namespaces;

  AetherClient(AsyncAetherClient async) {
    this.async = async;
    this.namespaces = new Namespaces(async.namespaces());
  }

  /** Creates a client for the server at {@code host:port} with default settings. */
  public static AetherClient connect(String endpoint) {
    return builder().endpoint(endpoint).build();
  }

  /** Returns a builder. */
  public static AetherClientBuilder builder() {
    return new AetherClientBuilder();
  }

  /** The non-blocking form of this client. Closing either one closes both. */
  public AsyncAetherClient async() {
    return async;
  }

  /**
   * Stores events as one atomic commit in the client's namespace.
   *
   * @param actorId the actor
   * @param expected the version that the caller expects the actor to have
   * @param events 1 to 1000 events, which get the next versions in order
   * @throws VersionConflictException if the actor does not have the expected version; nothing was
   *     stored
   * @throws OutcomeUnknownException if it cannot be determined whether the commit is stored
   */
  public Saved save(String actorId, ExpectedVersion expected, List<NewEvent> events) {
    return save(SaveCommand.builder(actorId, expected).events(events).build());
  }

  /** Same as {@link #save(String, ExpectedVersion, List)}. */
  public Saved save(String actorId, ExpectedVersion expected, NewEvent... events) {
    return save(actorId, expected, List.of(events));
  }

  /** Same as {@link #save(String, ExpectedVersion, List)}, with all options of a save. */
  public Saved save(SaveCommand command) {
    SaveCommand named = CommitIds.named(command);
    return Blocking.result(
        async.save(named),
        interrupted ->
            new OutcomeUnknownException(
                "outcome unknown: interrupted while waiting for the save of commit "
                    + named.commitId(),
                Map.of(),
                named.commitId(),
                interrupted));
  }

  /**
   * Opens a stream of saves that does not wait for each answer. It connects with the first save.
   */
  public SaveStream saveStream(SaveStreamOptions options) {
    return async.saveStream(options);
  }

  /** The actor's latest version in the client's namespace; 0 if the actor has no events. */
  public long latestVersion(String actorId) {
    return latestVersion(actorId, CallSettings.defaults());
  }

  /** Same as {@link #latestVersion(String)}. */
  public long latestVersion(String actorId, CallSettings settings) {
    return Blocking.read(async.latestVersion(actorId, settings));
  }

  /**
   * The actor's latest version in the client's namespace, and the first version that is still
   * stored.
   */
  public ActorVersions versions(String actorId) {
    return versions(actorId, CallSettings.defaults());
  }

  /** Same as {@link #versions(String)}. */
  public ActorVersions versions(String actorId, CallSettings settings) {
    return Blocking.read(async.versions(actorId, settings));
  }

  /**
   * Reads all events of an actor in the client's namespace; see {@link #events(String,
   * ReadOptions)}.
   */
  public Stream<Event> events(String actorId) {
    return events(actorId, ReadOptions.all());
  }

  /**
   * Reads an actor's events. The stream is empty if the actor has none.
   *
   * <p>The call starts with the stream's terminal operation and reads at most two frames (8 MiB)
   * ahead. Close the stream if it may not be read to its end, best with try-with-resources; closing
   * cancels the call. The stream is sequential, and its methods throw the exceptions described for
   * this class. If the call breaks, the client resumes it where it stopped: each event is delivered
   * once.
   *
   * @param actorId the actor
   * @param options the range of events
   */
  public Stream<Event> events(String actorId, ReadOptions options) {
    return FrameSpliterator.stream(async.sources().events(actorId, options));
  }

  /**
   * Reads everything needed to rebuild an actor of the client's namespace in one call: its snapshot
   * if there is one, and the events after it. Blocks until the first part arrives.
   */
  public LoadedActor loadActor(String actorId) {
    return loadActor(actorId, LoadOptions.defaults());
  }

  /** Same as {@link #loadActor(String)}. */
  public LoadedActor loadActor(String actorId, LoadOptions options) {
    return new LoadedActor(FrameSpliterator.stream(async.sources().actor(actorId, options)));
  }

  /**
   * Stores a snapshot in the client's namespace. It replaces a snapshot of the same version.
   *
   * @throws SnapshotAheadException if its version is above the actor's latest version
   * @throws SnapshotOutdatedException if a newer snapshot is stored
   * @throws TooLargeException if it is larger than the server's limit
   * @throws OutcomeUnknownException if it cannot be determined whether it is stored
   */
  public void saveSnapshot(Snapshot snapshot) {
    saveSnapshot(snapshot, CallSettings.defaults());
  }

  /** Same as {@link #saveSnapshot(Snapshot)}. */
  public void saveSnapshot(Snapshot snapshot, CallSettings settings) {
    Blocking.done(
        async.saveSnapshot(snapshot, settings),
        "the save of the snapshot of " + snapshot.actorId());
  }

  /** The actor's snapshot in the client's namespace; empty if the actor has none. */
  public Optional<Snapshot> latestSnapshot(String actorId) {
    return latestSnapshot(actorId, CallSettings.defaults());
  }

  /** Same as {@link #latestSnapshot(String)}. */
  public Optional<Snapshot> latestSnapshot(String actorId, CallSettings settings) {
    return Blocking.read(async.latestSnapshot(actorId, settings));
  }

  /**
   * Deletes the actor's snapshot in the client's namespace, if there is one. Afterwards a snapshot
   * of any version up to the latest may be saved. If the client repeats this call, it also deletes
   * a snapshot that is saved in the meantime.
   *
   * @throws OutcomeUnknownException if it cannot be determined whether it is deleted
   */
  public void deleteSnapshot(String actorId) {
    deleteSnapshot(actorId, CallSettings.defaults());
  }

  /** Same as {@link #deleteSnapshot(String)}. */
  public void deleteSnapshot(String actorId, CallSettings settings) {
    Blocking.done(
        async.deleteSnapshot(actorId, settings), "the deletion of the snapshot of " + actorId);
  }

  /**
   * Reads the logs of namespaces up to the heads they have when the call starts, in order within a
   * partition. Each commit is delivered once, and from time to time a cursor from which a later
   * read or a subscription can continue. If the client resumes a broken call, it reads up to the
   * heads at that time. A read of several logs with {@link ReadLogOptions#maxCount()} may then fail
   * with {@link ServerUnreachableException}, because it cannot go on from where it was without more
   * commits than that; read again from the last cursor. In all other respects the same as {@link
   * #events(String, ReadOptions)}.
   *
   * @throws CursorUnknownException if the cursor is not valid: start over
   * @throws CursorExpiredException if the commits after the cursor have been trimmed
   */
  public Stream<LogSignal> readLog(ReadLogOptions options) {
    return FrameSpliterator.stream(async.sources().log(options));
  }

  /**
   * Lists actors and their latest versions. Pages are requested while the stream is read, at most
   * two ahead. Actors that are written in the meantime may or may not be included.
   */
  public Stream<ActorSummary> listActors(ListActorsOptions options) {
    return FrameSpliterator.stream(async.sources().actors(options));
  }

  /**
   * Returns one page of {@link #listActors}.
   *
   * @param pageToken {@link ActorPage#nextPageToken()} of the previous page; empty for the first
   *     page
   */
  public ActorPage actorPage(ListActorsOptions options, String pageToken) {
    return Blocking.read(async.actorPage(options, pageToken));
  }

  /** Creates, lists and deletes namespaces. */
  public Namespaces namespaces() {
    return namespaces;
  }

  /**
   * Subscribes to commits and hands them to a listener. Returns at once; the listener is told when
   * the subscription has started.
   */
  public Subscription subscribe(SubscribeOptions options, SubscriptionListener listener) {
    return async.subscribe(options, listener);
  }

  /**
   * Subscribes to commits and delivers them in the thread that reads the stream. The stream ends
   * only with an exception, so it must be closed, which cancels the subscription. It reads at most
   * two frames (8 MiB) ahead and resumes by itself after a lost connection.
   */
  public Stream<SubscriptionSignal> subscribe(SubscribeOptions options) {
    return FrameSpliterator.stream(async.sources().signals(options));
  }

  /**
   * Broadcasts an event in the client's namespace to the subscribers that are connected now and
   * asked for broadcasts. The event is not stored and is delivered at most once. Returns when NATS
   * has accepted it, even if nobody receives it. The client does not send it again once it may have
   * been broadcast.
   *
   * @throws TooLargeException if it is larger than a commit may be
   * @throws StoreUnavailableException if the server cannot reach NATS; it was not broadcast
   * @throws OutcomeUnknownException if it cannot be determined whether it was broadcast
   */
  public void publish(NewEvent event) {
    publish(event, CallSettings.defaults());
  }

  /** Same as {@link #publish(NewEvent)}. */
  public void publish(NewEvent event, CallSettings settings) {
    Blocking.done(async.publish(event, settings), "the broadcast");
  }

  /** Blocks the current thread for the given time, or until the client is closed. */
  public void delay(Duration time) {
    Object unused = Blocking.read(async.delay(time));
  }

  /** Same as {@link AsyncAetherClient#close()}. */
  @Override
  public void close() {
    async.close();
  }
}
