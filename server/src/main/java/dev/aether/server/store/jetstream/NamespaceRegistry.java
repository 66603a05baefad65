package dev.aether.server.store.jetstream;

import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import io.nats.client.impl.Headers;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry of namespaces: a stream with one record a name, changed by compare-and-set, so that
 * of two nodes that make one namespace at once one wins and the other takes up what the winner
 * made. Each node follows the stream and keeps all records in memory; what it does not know it asks
 * of the stream's leader.
 */
final class NamespaceRegistry implements Namespaces, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceRegistry.class);

  /** A cluster has no more namespaces: every node keeps them all in memory. */
  private static final int MAX_NAMESPACES = 100_000;

  /** How long a look at everything waits for this node's copy to catch up. */
  private static final Duration CATCH_UP_WITHIN = Duration.ofSeconds(5);

  /** How long a record of another node's may be in flight before that is a failure. */
  private static final Duration PUT_WITHIN = Duration.ofSeconds(5);

  private static final Duration PUT_PAUSE = Duration.ofMillis(20);

  private static final Duration CATCH_UP_POLL = Duration.ofMillis(5);

  private final JetStreamApi api;
  private final Timers timers;
  private final int replicas;
  private final boolean autoCreate;
  private final long storeId;
  private final MessageTail tail;
  private final Map<Namespace, Known> known = new ConcurrentHashMap<>();
  private final Map<Namespace, CompletableFuture<Info>> making = new ConcurrentHashMap<>();
  private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

  /** A record and the sequence it lies at. */
  private record Known(NamespaceRecord record, long revision) {
    Optional<Info> usable() {
      return record.getState() == NamespaceState.NAMESPACE_STATE_ACTIVE
          ? Optional.of(NamespaceRecords.info(record))
          : Optional.empty();
    }
  }

  private NamespaceRegistry(
      JetStreamApi api,
      Timers timers,
      Tails tails,
      int replicas,
      boolean autoCreate,
      long storeId) {
    this.api = api;
    this.timers = timers;
    this.replicas = replicas;
    this.autoCreate = autoCreate;
    this.storeId = storeId;
    this.tail = tails.make(StreamConfigs.REGISTRY, 0, this::onMessage);
  }

  /**
   * Opens the registry, made with {@code replicas} if it is not there, which are also a new
   * namespace's.
   *
   * @param autoCreate whether the first save makes its namespace
   */
  static CompletableFuture<NamespaceRegistry> open(
      JetStreamApi api, Timers timers, Tails tails, int replicas, boolean autoCreate) {
    return api.info(StreamConfigs.REGISTRY)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamGone(JetStreamErrors.failure(thrown))
                    ? api.createStream(StreamConfigs.registry(replicas))
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(stream -> identity(api))
        .thenApply(
            storeId -> {
              var registry =
                  new NamespaceRegistry(api, timers, tails, replicas, autoCreate, storeId);
              registry.tail.start();
              return registry;
            });
  }

  /** The store's identity: whoever is first writes it, all read it. */
  private static CompletableFuture<Long> identity(JetStreamApi api) {
    byte[] drawn = ByteBuffer.allocate(Long.BYTES).putLong(new SecureRandom().nextLong()).array();
    return api.lastFromLeader(StreamConfigs.REGISTRY, StreamConfigs.IDENTITY_SUBJECT)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : publish(api, StreamConfigs.IDENTITY_SUBJECT, 0, drawn)
                        .handle((sequence, thrown) -> sequence)
                        .thenCompose(
                            tried ->
                                api.lastFromLeader(
                                    StreamConfigs.REGISTRY, StreamConfigs.IDENTITY_SUBJECT)))
        .thenApply(
            found ->
                ByteBuffer.wrap(
                        found
                            .orElseThrow(
                                () -> JetStreamFailure.noAnswer("no identity of the store"))
                            .body())
                    .getLong());
  }

  private static CompletableFuture<Long> publish(
      JetStreamApi api, String subject, long expected, byte[] body) {
    return api.publish(StreamConfigs.REGISTRY, subject, expected, new Headers(), body);
  }

  @Override
  public long storeId() {
    return storeId;
  }

  @Override
  public CompletableFuture<Optional<Info>> find(Namespace namespace) {
    Optional<Info> here = local(namespace);
    if (here.isPresent()) {
      return CompletableFuture.completedFuture(here);
    }
    return look(namespace)
        .thenCompose(
            found -> {
              if (found.isPresent() && isBeingMade(found.get())) {
                return finish(found.get()).thenApply(Optional::of);
              }
              return CompletableFuture.completedFuture(found.flatMap(Known::usable));
            });
  }

  /** The namespace as the registry's leader has it now; empty also while it is being made. */
  CompletableFuture<Optional<Info>> findAtLeader(Namespace namespace) {
    return look(namespace).thenApply(found -> found.flatMap(Known::usable));
  }

  @Override
  public CompletableFuture<Info> findOrCreate(Namespace namespace) {
    Optional<Info> here = local(namespace);
    if (here.isPresent()) {
      return CompletableFuture.completedFuture(here.get());
    }
    CompletableFuture<Info> made = new CompletableFuture<>();
    CompletableFuture<Info> running = making.putIfAbsent(namespace, made);
    if (running != null) {
      return running.copy();
    }
    make(namespace)
        .whenComplete(
            (info, thrown) -> {
              making.remove(namespace);
              if (thrown == null) {
                made.complete(info);
              } else {
                made.completeExceptionally(JetStreamErrors.toStoreException(thrown));
              }
            });
    return made.copy();
  }

  private Optional<Info> local(Namespace namespace) {
    return Optional.ofNullable(known.get(namespace)).flatMap(Known::usable);
  }

  /** What the leader has. */
  private CompletableFuture<Optional<Known>> look(Namespace namespace) {
    return api.lastFromLeader(
            StreamConfigs.REGISTRY, StreamConfigs.NAMESPACE_SUBJECTS + namespace.name())
        .thenApply(found -> found.map(this::learn));
  }

  private CompletableFuture<Info> make(Namespace namespace) {
    return look(namespace)
        .thenCompose(
            found -> {
              Optional<Info> usable = found.flatMap(Known::usable);
              if (usable.isPresent()) {
                return CompletableFuture.completedFuture(usable.get());
              }
              if (found.isPresent() && isBeingMade(found.get())) {
                return finish(found.get());
              }
              if (found.isPresent() && !isGone(found.get())) {
                return CompletableFuture.failedFuture(
                    new StoreException.StoreUnavailable(
                        "namespace " + namespace + " is in a state in which nothing is saved"));
              }
              return register(namespace, found.map(Known::revision).orElse(0L));
            });
  }

  private CompletableFuture<Info> register(Namespace namespace, long revision) {
    if (!autoCreate) {
      return CompletableFuture.failedFuture(new StoreException.NamespaceNotFound(namespace));
    }
    if (known.size() >= MAX_NAMESPACES) {
      return CompletableFuture.failedFuture(
          new StoreException.StoreFull("there are " + MAX_NAMESPACES + " namespaces"));
    }
    return put(NamespaceRecords.making(namespace, replicas), revision).thenCompose(this::finish);
  }

  private static boolean isBeingMade(Known found) {
    return found.record().getState() == NamespaceState.NAMESPACE_STATE_CREATING;
  }

  /** Only such a record gives the name free: a state of a newer release must not be lost. */
  private static boolean isGone(Known found) {
    return found.record().getState() == NamespaceState.NAMESPACE_STATE_DELETED;
  }

  /** Makes the streams of a registered namespace; any number of nodes may do so at once. */
  private CompletableFuture<Info> finish(Known found) {
    NamespaceRecord record = found.record();
    if (!isBeingMade(found)) {
      return found
          .usable()
          .map(CompletableFuture::completedFuture)
          .orElseGet(
              () ->
                  CompletableFuture.failedFuture(
                      new StoreException.NamespaceNotFound(new Namespace(record.getNamespace()))));
    }
    CompletableFuture<?>[] streams =
        NamespaceRecords.info(record).logs().stream()
            .map(log -> LogStream.of(log, record.getReplicas()))
            .map(stream -> api.createStream(StreamConfigs.log(record, stream)))
            .toArray(CompletableFuture<?>[]::new);
    NamespaceRecord active =
        record.toBuilder().setState(NamespaceState.NAMESPACE_STATE_ACTIVE).build();
    return CompletableFuture.allOf(streams)
        .thenCompose(made -> put(active, found.revision()))
        .thenCompose(this::finish);
  }

  /**
   * Writes a record if the last one lies at the revision; the outcome is what the leader has then.
   */
  private CompletableFuture<Known> put(NamespaceRecord record, long revision) {
    return put(record, revision, System.nanoTime() + PUT_WITHIN.toNanos());
  }

  private CompletableFuture<Known> put(NamespaceRecord record, long revision, long giveUpAt) {
    Namespace namespace = new Namespace(record.getNamespace());
    return publish(
            api,
            StreamConfigs.NAMESPACE_SUBJECTS + namespace.name(),
            revision,
            NamespaceRecords.encode(record))
        .thenApply(sequence -> learn(new Known(record, sequence)))
        .exceptionallyCompose(
            thrown -> {
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              return JetStreamErrors.isWrongSequence(failure) && System.nanoTime() < giveUpAt
                  ? look(namespace).thenCompose(found -> taken(found, record, revision, giveUpAt))
                  : CompletableFuture.failedFuture(failure);
            });
  }

  /** Another node was faster; where its record is still in flight, there is nothing to see yet. */
  private CompletableFuture<Known> taken(
      Optional<Known> found, NamespaceRecord record, long revision, long giveUpAt) {
    if (found.isPresent() && found.get().revision() > revision) {
      return CompletableFuture.completedFuture(found.get());
    }
    CompletableFuture<Void> paused = new CompletableFuture<>();
    timers.after(PUT_PAUSE, () -> paused.complete(null));
    return paused.thenCompose(over -> put(record, revision, giveUpAt));
  }

  @Override
  public CompletableFuture<List<Info>> list() {
    CompletableFuture<List<Info>> all = new CompletableFuture<>();
    long giveUpAt = System.nanoTime() + CATCH_UP_WITHIN.toNanos();
    api.info(StreamConfigs.REGISTRY)
        .thenCompose(stream -> caughtUp(stream.getStreamState().getLastSequence(), giveUpAt))
        .whenComplete(
            (reached, thrown) -> {
              if (thrown == null) {
                all.complete(usable());
              } else {
                all.completeExceptionally(JetStreamErrors.toStoreException(thrown));
              }
            });
    return all;
  }

  private CompletableFuture<?> caughtUp(long sequence, long giveUpAt) {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    awaitTail(sequence, giveUpAt, reached);
    return reached;
  }

  private void awaitTail(long sequence, long giveUpAt, CompletableFuture<Void> reached) {
    if (tail.position() >= sequence) {
      reached.complete(null);
    } else if (System.nanoTime() > giveUpAt) {
      reached.completeExceptionally(JetStreamFailure.noAnswer("the registry's records lag"));
    } else {
      timers.after(CATCH_UP_POLL, () -> awaitTail(sequence, giveUpAt, reached));
    }
  }

  private List<Info> usable() {
    return known.values().stream().map(Known::usable).flatMap(Optional::stream).toList();
  }

  @Override
  public Watch watch(Watcher watcher) {
    watchers.add(watcher);
    usable().forEach(watcher::onNamespace);
    return () -> watchers.remove(watcher);
  }

  private void onMessage(StoredMessage message) {
    if (message.subject().startsWith(StreamConfigs.NAMESPACE_SUBJECTS)) {
      try {
        learn(message);
      } catch (StoreException | IllegalArgumentException e) {
        LOG.error("namespace record {} is passed over: {}", message.subject(), e.getMessage());
      }
    }
  }

  private Known learn(StoredMessage message) {
    return learn(new Known(NamespaceRecords.decode(message.body()), message.sequence()));
  }

  /**
   * Takes up a record unless a newer one is known; tells the watchers of a namespace that became
   * usable.
   */
  private Known learn(Known found) {
    Namespace namespace = new Namespace(found.record().getNamespace());
    boolean[] news = {false};
    known.compute(
        namespace,
        (key, before) -> {
          news[0] = before == null || before.revision() < found.revision();
          return news[0] ? found : before;
        });
    if (news[0]) {
      found.usable().ifPresent(info -> watchers.forEach(watcher -> watcher.onNamespace(info)));
    }
    return found;
  }

  @Override
  public void close() {
    tail.close();
    making.values().forEach(made -> made.completeExceptionally(new StoreException.ShuttingDown()));
  }
}
