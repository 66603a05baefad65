package dev.aether.server.store.jetstream;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Limits;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.measure.Measures;
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
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.listing.JetStreamActors;
import dev.aether.server.store.jetstream.listing.SubjectBlocks;
import dev.aether.server.store.jetstream.read.ActorLogs;
import dev.aether.server.store.jetstream.read.ActorReads;
import dev.aether.server.store.jetstream.read.BurstReader;
import dev.aether.server.store.jetstream.read.JetStreamLog;
import dev.aether.server.store.jetstream.read.SkipPointerReader;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.save.JetStreamEventStore;
import dev.aether.server.store.jetstream.save.SaveContext;
import dev.aether.server.store.jetstream.snapshot.JetStreamSnapshots;
import dev.aether.server.store.jetstream.snapshot.SnapshotContext;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.NatsConnections;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.wire.PublishResults;
import dev.aether.server.store.jetstream.wire.ReadConnections;
import dev.aether.server.store.jetstream.wire.RoundTrips;
import dev.aether.server.store.jetstream.wire.ScanConsumers;
import dev.aether.server.store.jetstream.write.GroupCommit;
import dev.aether.server.store.jetstream.write.Publisher;
import dev.aether.server.store.jetstream.write.Writer;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.api.ServerInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store on NATS JetStream: creates its parts and connects them. */
public final class JetStreamStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(JetStreamStore.class);

  /** How many actors' heads a node caches, if a quarter of the heap suffices. */
  private static final int CACHED_ACTORS = 1_000_000;

  /** How many it caches at most, if an eighth of the heap suffices. */
  private static final int MAX_CACHED_ACTORS = 10_000_000;

  /** The memory per cached actor with an id of 36 bytes and 20 commits, as measured by a test. */
  public static final int CACHED_ACTOR_BYTES = 200;

  private static final int HEAP_SHARE_OF_CACHE = 4;
  private static final int HEAP_SHARE_OF_LARGE_CACHE = 8;

  /** The heap divided by this is the limit for the ids of recent commits, and for sequences. */
  private static final int HEAP_SHARE_OF_COMMITS = 16;

  /** How many changes of snapshots may run or wait on this node, and how many of namespaces. */
  private static final int MAX_CHANGES = 4096;

  /** The heap divided by this is the limit for running and waiting saves. */
  private static final int HEAP_SHARE_OF_SAVES = 8;

  private static final int HEAP_SHARE_OF_CHANGES = 16;
  private static final int READ_THREADS = 2;
  private static final Duration CHECK_PERIOD = Duration.ofMillis(200);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final NatsConnections connections;
  private final Timers timers = new Timers();

  /** On a thread of their own: what follows a timeout may have to wait to send its next request. */
  private final Timers requestTimeouts = new Timers("aether-request-timeouts");

  private final ExecutorService readers;
  private final PublishResults results;
  private final JetStreamApi api;
  private final LogDamage damage;
  private final BatchReader batches;
  private final OrderedConsumers registryConsumers;
  private final OrderedConsumers consumers;
  private final ScanConsumers scans;
  private final DeadlineScheduler deadlines = new DeadlineScheduler(timers);
  private final JetStreamApi readApi;
  private final Writer saves;
  private final Writer snapshotChanges;
  private final NamespaceRegistry namespaces;
  private final JetStreamEventStore events;
  private final JetStreamSnapshots snapshots;
  private final JetStreamActors actors;
  private final JetStreamLog log;
  private final NatsBroadcasts broadcasts;
  private final DamageWatch damageWatch;
  private final JetStreamProbe probe;
  private final Namespaces.Watch deletions;
  private final ScheduledFuture<?> resultsCheck;

  /**
   * Connects, and creates what is missing. Blocks for at most about {@code connectWithin}.
   *
   * @throws StoreException with reason STORE_UNAVAILABLE if NATS or its JetStream cannot be used
   */
  public static JetStreamStore open(JetStreamConfig config) {
    return open(config, Measures.NONE);
  }

  /** As {@link #open(JetStreamConfig)}, and measures requests to NATS and what is cached. */
  public static JetStreamStore open(JetStreamConfig config, Measures measures) {
    long giveUpAt = System.nanoTime() + config.connectWithin().toNanos();
    NatsConnections connections =
        NatsConnections.open(config.urls(), config.name(), config.access(), config.connectWithin());
    try {
      return new JetStreamStore(connections, config, giveUpAt, measures);
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  private JetStreamStore(
      NatsConnections connections, JetStreamConfig config, long giveUpAt, Measures measures) {
    this.connections = connections;
    Connection writes = connections.writes();
    ReadConnections reads = connections.reads();
    ReadConnections writersReads = connections.writersReads();
    readers =
        Executors.newFixedThreadPool(
            READ_THREADS,
            task -> {
              Thread thread = new Thread(task, "aether-read");
              thread.setDaemon(true);
              return thread;
            });
    results = new PublishResults(config.disk());
    RoundTrips roundTrips = RoundTrips.measured(measures);
    api = new JetStreamApi(writes, writersReads, results, roundTrips, requestTimeouts);
    readApi = new JetStreamApi(connections.tails(), reads, results, roundTrips, requestTimeouts);
    damage = new LogDamage(api);
    batches = new BatchReader(reads, timers, readers);
    registryConsumers = new OrderedConsumers(writes, api, timers);
    consumers = new OrderedConsumers(connections.tails(), readApi, timers);
    scans = new ScanConsumers(reads, readApi, timers, readers);
    saves =
        writer(
            new GroupCommit(api, timers, config.beforeBatch()),
            "saves",
            "actor",
            JetStreamApi.MAX_PUBLISHES,
            HEAP_SHARE_OF_SAVES);
    Publisher single = Publisher.single(api);
    snapshotChanges =
        writer(single, "snapshot changes", "actor", MAX_CHANGES, HEAP_SHARE_OF_CHANGES);
    namespaces = openRegistry(config, giveUpAt);
    KnownCommits known =
        KnownCommits.withBounds(
            cachedActors(),
            Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_COMMITS,
            Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_COMMITS);
    known.measure(measures);
    saves.measure(measures, "writes");
    connections.measure(measures);
    measures.gauge(
        "nats.publishing.threads",
        "Threads that serve gRPC and publish on a connection to NATS of their own",
        api::publishingThreads);
    measures.gauge(
        "namespaces", "Namespaces that this node knows", () -> namespaces.known().size());
    List.of(api, readApi).forEach(each -> each.addLossListener(known::forgetAll));
    onReconnect(
        () -> {
          known.forgetAll();
          scans.closeAll();
          damage.inspectAgain();
        });
    int maxCommitBytes = Limits.commitBytes(writes.getMaxPayload());
    ActorLogs writersLogs = logs(api, known);
    ActorLogs logs = logs(readApi, known);
    events =
        new JetStreamEventStore(
            new SaveContext(
                writersLogs,
                namespaces,
                known,
                maxCommitBytes,
                config.sync(),
                config.groupCommit()),
            saves,
            new ActorReads(logs, namespaces));
    actors = new JetStreamActors(logs, namespaces, new SubjectBlocks(readApi, readers));
    snapshots =
        new JetStreamSnapshots(
            new SnapshotContext(api, namespaces, events, maxCommitBytes), readApi, snapshotChanges);
    log = new JetStreamLog(logs, namespaces, known, timers, consumers, scans);
    broadcasts = new NatsBroadcasts(writes, timers, maxCommitBytes);
    damageWatch = new DamageWatch(writes, timers, namespaces::known, damage);
    deletions = namespaces.watch(List.of(), new Deletions(damage, known));
    probe = new JetStreamProbe(writes, results, List.of(writersReads, reads), timers);
    resultsCheck = timers.every(CHECK_PERIOD, results::check);
  }

  /**
   * Forgets what this node knows of logs that are deleted or restored: a restored copy may have
   * other commits at the same positions.
   */
  private record Deletions(LogDamage damage, KnownCommits known) implements Namespaces.Watcher {
    @Override
    public void onDeleted(Namespace namespace, String incarnation) {
      damage.forget(log(namespace, incarnation));
    }

    @Override
    public void onRestored(Namespace namespace, String incarnation) {
      known.forgetLog(log(namespace, incarnation));
    }

    private static String log(Namespace namespace, String incarnation) {
      return SubjectCodec.stream(new LogId(namespace, incarnation, 0));
    }

    @Override
    public void onNamespace(Namespaces.Info info) {}

    @Override
    public void onUnreadable(Namespace namespace, StoreException why) {}
  }

  private ActorLogs logs(JetStreamApi through, KnownCommits known) {
    return new ActorLogs(
        through,
        batches,
        new SkipPointerReader(through, readers),
        new BurstReader(through, known.sequences(), readers),
        damage);
  }

  /**
   * After a reconnect, the store may have lost its newest commits and may have others in their
   * place.
   */
  private void onReconnect(Runnable forget) {
    connections.addListener(
        (unused, event) -> {
          if (event == ConnectionListener.Events.DISCONNECTED
              || event == ConnectionListener.Events.RECONNECTED) {
            forget.run();
          }
        });
  }

  private Writer writer(
      Publisher publisher, String writes, String key, int maxWrites, int heapShare) {
    var names = new KeyedSerialExecutor.Names(writes, key);
    long maxBytes = Runtime.getRuntime().maxMemory() / heapShare;
    return new Writer(publisher, timers, deadlines, names, maxWrites, maxBytes);
  }

  private NamespaceRegistry openRegistry(JetStreamConfig config, long giveUpAt) {
    Writer writer =
        writer(
            Publisher.single(api),
            "namespace changes",
            "namespace",
            MAX_CHANGES,
            HEAP_SHARE_OF_CHANGES);
    int limit = config.autoCreate() ? config.autoCreateLimit() : 0;
    return OpeningRetries.untilReady(
        () ->
            NamespaceRegistry.open(
                api, timers, writer, registryConsumers, config.replicas(), limit),
        giveUpAt);
  }

  private static int cachedActors() {
    long actorsInHeap = Runtime.getRuntime().maxMemory() / CACHED_ACTOR_BYTES;
    long usual = Math.min(CACHED_ACTORS, actorsInHeap / HEAP_SHARE_OF_CACHE);
    long large = Math.min(MAX_CACHED_ACTORS, actorsInHeap / HEAP_SHARE_OF_LARGE_CACHE);
    return (int) Math.max(usual, large);
  }

  @Override
  public String description() {
    ServerInfo server = connections.writes().getServerInfo();
    return "nats-server " + server.getVersion() + ", " + server.getServerName();
  }

  @Override
  public Duration silence() {
    return probe.silence();
  }

  @Override
  public Optional<String> outage() {
    return probe.outage();
  }

  @Override
  public Optional<String> saveOutage() {
    return results.whyFull();
  }

  @Override
  public Optional<String> saveSilence() {
    return results.whySilent();
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
    probe.close();
    resultsCheck.cancel(false);
    damageWatch.close();
    deletions.close();
    namespaces.close();
    consumers.close();
    scans.close();
    registryConsumers.close();
    broadcasts.close();
    batches.close();
    api.close();
    readApi.close();
    timers.close();
    requestTimeouts.close();
    connections.close();
    readers.shutdown();
  }
}
