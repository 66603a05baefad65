package dev.aether.server.store.memory;

import dev.aether.server.store.Actors;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A store in this process's memory. It keeps the same promises, except that nothing survives the
 * process.
 */
public final class InMemoryStore implements Store {
  private final ExecutorService deliveries =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "aether-memory");
            thread.setDaemon(true);
            return thread;
          });
  private final InMemoryNamespaces namespaces;
  private final InMemoryEventStore events;
  private final InMemorySnapshots snapshots;
  private final InMemoryActors actors;
  private final InMemoryLog log;
  private final InMemoryBroadcasts broadcasts = new InMemoryBroadcasts(deliveries);

  /** Creates a store with this machine's clock. */
  public InMemoryStore(boolean autoCreate) {
    this(autoCreate, InstantSource.system());
  }

  /**
   * @param autoCreate whether the first save to a namespace creates it
   * @param clock gives the time at which commits are stored and namespaces created
   */
  public InMemoryStore(boolean autoCreate, InstantSource clock) {
    this(autoCreate, Integer.MAX_VALUE, clock);
  }

  /**
   * @param autoCreateLimit saves create no namespaces once there are this many
   */
  public InMemoryStore(boolean autoCreate, int autoCreateLimit, InstantSource clock) {
    namespaces = new InMemoryNamespaces(autoCreate, autoCreateLimit, deliveries, clock);
    events = new InMemoryEventStore(namespaces, clock);
    snapshots = new InMemorySnapshots(namespaces);
    actors = new InMemoryActors(namespaces);
    log = new InMemoryLog(namespaces);
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
  public Duration silence() {
    return Duration.ZERO;
  }

  @Override
  public Optional<String> outage() {
    return Optional.empty();
  }

  @Override
  public void close() {
    deliveries.shutdown();
  }
}
