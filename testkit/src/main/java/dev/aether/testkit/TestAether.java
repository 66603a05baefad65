package dev.aether.testkit;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.embedded.NatsServerAdvice;
import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.store.Store;
import dev.aether.server.store.memory.InMemoryStore;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * An Aether of a test's own: a real node on a port of 127.0.0.1 with an empty store, ended with its
 * clients, its store and all that is stored by {@link #close}. Safe for use by many threads.
 */
public final class TestAether implements AutoCloseable {
  /** Clients that {@link #newClient} makes; a test with more has lost count. */
  private static final int MAX_CLIENTS = 1000;

  private static final NatsServerAdvice ADVICE =
      new NatsServerAdvice(
          "onNats(Path)",
          String.format(
              Locale.ROOT,
              "name nats-server %s or later by $NATS_SERVER, or have it in PATH, or give its path to onNats(Path), or test in memory: inMemory()",
              NatsServerVersion.MINIMUM));

  private final TestClock clock = new TestClock();
  private final Gate gate = new Gate();
  private final Faults faults = new Faults(gate, clock);
  private final Optional<TestNats> nats;
  private final AetherServer server;
  private final AetherClient client;

  /** Guarded by this. */
  private final Deque<AetherClient> clients = new ArrayDeque<>();

  /** Guarded by this. */
  private boolean closed;

  /** On a store in memory. Some milliseconds, but for the first in a JVM. */
  public static TestAether inMemory() {
    return new TestAether(Optional.empty());
  }

  /**
   * On a private nats-server: the one of {@code $NATS_SERVER}, else of {@code PATH}. Some tenths of
   * a second.
   *
   * @throws dev.aether.server.embedded.EmbeddedNatsException if there is none, or it can't be run
   */
  public static TestAether onNats() {
    return onNats(NatsServerBinary.find(Optional.empty(), ADVICE));
  }

  /**
   * On a private nats-server.
   *
   * @param natsServer the executable
   * @throws dev.aether.server.embedded.EmbeddedNatsException if it is none, or can't be run
   */
  public static TestAether onNats(Path natsServer) {
    return onNats(NatsServerBinary.find(Optional.of(natsServer), ADVICE));
  }

  private static TestAether onNats(NatsServerBinary binary) {
    TestNats nats = TestNats.start(binary);
    try {
      return new TestAether(Optional.of(nats));
    } catch (RuntimeException e) {
      nats.close();
      throw e;
    }
  }

  private TestAether(Optional<TestNats> nats) {
    this.nats = nats;
    try {
      Store store = nats.map(TestNats::openStore).orElseGet(() -> new InMemoryStore(true, clock));
      server =
          AetherServer.start(
              ServerConfig.on(new StoreChoice.Given(new FaultyStore(store, faults::next)))
                  .withClock(clock)
                  .withNodeId("aether-testkit")
                  .withoutHttp());
    } catch (RuntimeException e) {
      gate.close();
      throw e;
    }
    gate.open(server.grpcAddress().getPort());
    client = newClient();
  }

  /** A client of it with the defaults; the same each time. */
  public AetherClient client() {
    return client;
  }

  /**
   * Another client with the defaults, which ends with this.
   *
   * @throws IllegalStateException if there are 1000, or it has ended
   */
  public synchronized AetherClient newClient() {
    if (closed) {
      throw new IllegalStateException("this Aether has ended");
    }
    if (clients.size() == MAX_CLIENTS) {
      throw new IllegalStateException("there are " + MAX_CLIENTS + " clients");
    }
    AetherClient made = clientBuilder().build();
    clients.add(made);
    return made;
  }

  /** Begins a client of it; the caller closes it. */
  public AetherClientBuilder clientBuilder() {
    return AetherClient.builder().endpoint(endpoint());
  }

  /** Where it is, as {@code host:port}, without TLS; for clients in any language. */
  public String endpoint() {
    return "127.0.0.1:" + gate.port();
  }

  /** The clock by which it dates what comes without a time. */
  public TestClock clock() {
    return clock;
  }

  /**
   * What can go wrong.
   *
   * @throws AssertionError if a function of {@link Faults#beforeNextSave} failed; once
   */
  public Faults faults() {
    faults.check();
    return faults;
  }

  /**
   * The nats-server under it.
   *
   * @throws IllegalStateException if it is in memory
   */
  public TestNats nats() {
    return nats.orElseThrow(() -> new IllegalStateException("this Aether is in memory"));
  }

  /**
   * From here on nothing goes wrong: no fault waits for its save, and all is in reach.
   *
   * @throws AssertionError then, as {@link #faults()}
   */
  void mend() {
    faults.clear();
    nats.ifPresent(TestNats::acceptConnections);
    faults.check();
  }

  /**
   * Ends it. Blocks for some milliseconds, on NATS some tenths of a second. More than once, it does
   * nothing more.
   *
   * @throws AssertionError when it has ended, as {@link #faults()}
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    clients.forEach(AetherClient::close);
    gate.close();
    server.close();
    nats.ifPresent(TestNats::close);
    faults.check();
  }
}
