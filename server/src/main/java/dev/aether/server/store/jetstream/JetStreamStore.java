package dev.aether.server.store.jetstream;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Limits;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import dev.aether.server.store.jetstream.broadcast.NatsBroadcasts;
import dev.aether.server.store.jetstream.cache.KnownCommits;
import dev.aether.server.store.jetstream.damage.DamageWatch;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.listing.JetStreamActors;
import dev.aether.server.store.jetstream.listing.SubjectBlocks;
import dev.aether.server.store.jetstream.read.ActorLogs;
import dev.aether.server.store.jetstream.read.ActorReads;
import dev.aether.server.store.jetstream.read.JetStreamLog;
import dev.aether.server.store.jetstream.read.SkipPointerReader;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.save.JetStreamEventStore;
import dev.aether.server.store.jetstream.save.SaveContext;
import dev.aether.server.store.jetstream.snapshot.JetStreamSnapshots;
import dev.aether.server.store.jetstream.snapshot.SnapshotContext;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.NatsConnector;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.wire.StorageSpace;
import dev.aether.server.store.jetstream.write.Writer;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store on NATS JetStream: puts its parts together and watches that JetStream answers. */
public final class JetStreamStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(JetStreamStore.class);

  /** Actors whose versions a node remembers, as far as a quarter of the heap reaches. */
  private static final int MAX_CACHED_ACTORS = 1_000_000;

  /** What one takes at most with 36 bytes of id and 20 commits, as a test measures. */
  public static final int CACHED_ACTOR_BYTES = 200;

  private static final int HEAP_SHARE_OF_CACHE = 4;

  /** What the ids of actors' young commits may take is one part in so many of the heap. */
  private static final int HEAP_SHARE_OF_RECENT_COMMITS = 16;

  /** Changes of snapshots that run or wait on this node. */
  private static final int MAX_SNAPSHOT_CHANGES = 4096;

  /** Changes of the registry that run or wait on this node. */
  private static final int MAX_REGISTRY_CHANGES = 4096;

  /** What the saves that run or wait may hold is one part in so many of the heap. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  private static final int HEAP_SHARE_OF_SNAPSHOT_CHANGES = 16;

  private static final int READ_THREADS = 2;
  private static final Duration OPEN_STEP_WITHIN = Duration.ofSeconds(10);
  private static final Duration OPEN_RETRY_PAUSE = Duration.ofMillis(200);
  private static final Duration PROBE_EVERY = Duration.ofSeconds(1);
  private static final Duration ROOM_LOOK_EVERY = Duration.ofMillis(200);

  /**
   * JetStream counts as out of reach when it did not answer for so long; electing a leader takes
   * less.
   */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(6);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final Connection connection;
  private final Timers timers = new Timers();
  private final ExecutorService readers;
  private final StorageSpace room;
  private final JetStreamApi api;
  private final LogDamage damage;
  private final BatchReader batches;
  private final OrderedConsumers tails;
  private final DeadlineScheduler deadlines = new DeadlineScheduler(timers);
  private final Writer saves;
  private final Writer snapshotChanges;
  private final NamespaceRegistry namespaces;
  private final JetStreamEventStore events;
  private final JetStreamSnapshots snapshots;
  private final JetStreamActors actors;
  private final JetStreamLog log;
  private final NatsBroadcasts broadcasts;
  private final DamageWatch damageWatch;
  private final ScheduledFuture<?> probe;
  private final ScheduledFuture<?> roomLook;
  private volatile long answeredAt = System.nanoTime();
  private volatile String lastError = "no answer";

  /**
   * How to reach NATS and what to make there.
   *
   * @param urls of one or more servers of one cluster
   * @param name of this node, as NATS shows it
   * @param connectWithin how long to wait for NATS and its JetStream to be there
   * @param replicas of the registry and of new namespaces
   * @param autoCreate whether the first save makes its namespace
   * @param autoCreateLimit a save makes no namespace where there are so many
   * @param disk why there is no room on the disk that JetStream stores on; empty if there is, or if
   *     that disk can't be seen. Cheap; asked by one thread
   * @param sync when NATS brings to disk what it acknowledges, as far as that is known
   */
  public record Config(
      List<String> urls,
      String name,
      Duration connectWithin,
      int replicas,
      boolean autoCreate,
      int autoCreateLimit,
      Supplier<Optional<String>> disk,
      Durability.Sync sync) {

    /** Without a limit of namespaces, on a disk that can't be seen. */
    public Config(
        List<String> urls,
        String name,
        Duration connectWithin,
        int replicas,
        boolean autoCreate,
        Durability.Sync sync) {
      this(
          urls,
          name,
          connectWithin,
          replicas,
          autoCreate,
          Integer.MAX_VALUE,
          Optional::empty,
          sync);
    }
  }

  /**
   * Connects and makes what is missing. Blocks, at most about {@code connectWithin}.
   *
   * @throws StoreException with reason STORE_UNAVAILABLE if NATS or its JetStream can't be used
   */
  public static JetStreamStore open(Config config) {
    long giveUpAt = System.nanoTime() + config.connectWithin().toNanos();
    Connection connection =
        NatsConnector.connect(config.urls(), config.name(), config.connectWithin());
    try {
      return new JetStreamStore(connection, config, giveUpAt);
    } catch (RuntimeException e) {
      closeQuietly(connection);
      throw e;
    }
  }

  private JetStreamStore(Connection connection, Config config, long giveUpAt) {
    this.connection = connection;
    readers =
        Executors.newFixedThreadPool(
            READ_THREADS,
            task -> {
              Thread thread = new Thread(task, "aether-read");
              thread.setDaemon(true);
              return thread;
            });
    room = new StorageSpace(config.disk());
    api = new JetStreamApi(connection, room);
    damage = new LogDamage(api);
    batches = new BatchReader(connection, timers, readers);
    tails = new OrderedConsumers(connection, api, timers);
    saves = writer(JetStreamApi.MAX_PUBLISHES, HEAP_SHARE_OF_SAVES);
    snapshotChanges = writer(MAX_SNAPSHOT_CHANGES, HEAP_SHARE_OF_SNAPSHOT_CHANGES);
    namespaces = openRegistry(config, giveUpAt);
    KnownCommits known =
        KnownCommits.withBounds(
            cachedActors(), Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_RECENT_COMMITS);
    onReconnect(
        () -> {
          known.forgetAll();
          damage.inspectAgain();
        });
    int maxCommitBytes = Limits.commitBytes(connection.getMaxPayload());
    ActorLogs logs = new ActorLogs(api, batches, new SkipPointerReader(api, readers), damage);
    events =
        new JetStreamEventStore(
            new SaveContext(logs, damage, namespaces, known, maxCommitBytes, config.sync()),
            saves,
            new ActorReads(logs, namespaces));
    actors = new JetStreamActors(logs, namespaces, new SubjectBlocks(api, readers));
    snapshots =
        new JetStreamSnapshots(
            new SnapshotContext(api, namespaces, events, maxCommitBytes), snapshotChanges);
    log = new JetStreamLog(logs, namespaces, known, timers, tails);
    broadcasts = new NatsBroadcasts(connection, timers, maxCommitBytes);
    damageWatch = new DamageWatch(connection, timers, namespaces::known, damage);
    probe = timers.every(PROBE_EVERY, this::probe);
    roomLook = timers.every(ROOM_LOOK_EVERY, room::look);
  }

  /** Who comes back to NATS may meet a store that lost its newest commits, and has others there. */
  private void onReconnect(Runnable forget) {
    connection.addConnectionListener(
        (unused, event) -> {
          if (event == ConnectionListener.Events.DISCONNECTED
              || event == ConnectionListener.Events.RECONNECTED) {
            forget.run();
          }
        });
  }

  private Writer writer(int maxWrites, int heapShare) {
    return new Writer(
        api, timers, deadlines, maxWrites, Runtime.getRuntime().maxMemory() / heapShare);
  }

  /** A cluster that has just begun has no leader yet: that passes. */
  private NamespaceRegistry openRegistry(Config config, long giveUpAt) {
    while (true) {
      try {
        return NamespaceRegistry.open(
                api,
                timers,
                writer(MAX_REGISTRY_CHANGES, HEAP_SHARE_OF_SNAPSHOT_CHANGES),
                tails,
                config.replicas(),
                config.autoCreate() ? config.autoCreateLimit() : 0)
            .get(OPEN_STEP_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        boolean hopeless = JetStreamErrors.isWithoutCluster(JetStreamErrors.failure(e));
        if (hopeless || System.nanoTime() > giveUpAt) {
          throw JetStreamErrors.toStoreException(e);
        }
        LOG.warn("JetStream is not ready yet: {}", Exceptions.unwrap(e).getMessage());
        pause();
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(OPEN_RETRY_PAUSE.toMillis());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static StoreException interrupted() {
    Thread.currentThread().interrupt();
    return StoreException.storeUnavailable("interrupted while opening the store");
  }

  private static int cachedActors() {
    long fitting = Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_CACHE / CACHED_ACTOR_BYTES;
    return (int) Math.min(MAX_CACHED_ACTORS, fitting);
  }

  private void probe() {
    api.lastFromLeader(StreamConfigs.REGISTRY, StreamConfigs.IDENTITY_SUBJECT)
        .whenComplete(
            (identity, thrown) -> {
              if (thrown == null) {
                answeredAt = System.nanoTime();
              } else {
                lastError = String.valueOf(Exceptions.unwrap(thrown).getMessage());
              }
            });
  }

  @Override
  public Duration silence() {
    return Duration.ofNanos(System.nanoTime() - answeredAt);
  }

  @Override
  public Optional<String> outage() {
    if (connection.getStatus() != Connection.Status.CONNECTED) {
      return Optional.of("no connection to NATS");
    }
    return silence().compareTo(LONGEST_SILENCE) > 0
        ? Optional.of("JetStream does not answer: " + lastError)
        : Optional.empty();
  }

  @Override
  public Optional<String> saveOutage() {
    return room.whyFull();
  }

  @Override
  public List<String> damage() {
    return damage.report();
  }

  @Override
  public EventStore events() {
    return events;
  }

  @Override
  public Snapshots snapshots() {
    return snapshots;
  }

  @Override
  public Actors actors() {
    return actors;
  }

  @Override
  public CommitLog log() {
    return log;
  }

  @Override
  public Broadcasts broadcasts() {
    return broadcasts;
  }

  @Override
  public Namespaces namespaces() {
    return namespaces;
  }

  @Override
  public void close() {
    saves.close(CLOSE_WITHIN);
    snapshotChanges.close(CLOSE_WITHIN);
    probe.cancel(false);
    roomLook.cancel(false);
    damageWatch.close();
    namespaces.close();
    tails.close();
    broadcasts.close();
    batches.close();
    timers.close();
    closeQuietly(connection);
    readers.shutdown();
  }

  private static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
