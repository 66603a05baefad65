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
import dev.aether.testkit.internal.TcpForwarder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;

/**
 * An Aether for a test: a real node on a port of 127.0.0.1 with an empty store. {@link #close}
 * stops it with its clients and deletes everything it stored. Safe for use by many threads.
 */
public final class TestAether implements AutoCloseable {
  /** Maximum number of clients that {@link #newClient} creates; more are certainly a mistake. */
  private static final int MAX_CLIENTS = 1000;

  private static final NatsServerAdvice ADVICE =
      new NatsServerAdvice(
          "onNats(Path)",
          String.format(
              Locale.ROOT,
              "set $NATS_SERVER to nats-server %s or later, put it in PATH, pass its path to onNats(Path), or test in memory with inMemory()",
              NatsServerVersion.MINIMUM));

  private final TestClock clock = new TestClock();
  private final TcpForwarder forwarder = new TcpForwarder();
  private final Faults faults = new Faults(forwarder, clock);
  private final Optional<TestNats> nats;
  private final AetherServer server;
  private final AetherClient client;

  /** Guarded by this. */
  private final Deque<AetherClient> clients = new ArrayDeque<>();

  /** Guarded by this. */
  private boolean closed;

  /**
   * Starts an Aether with an in-memory store. This takes some milliseconds, except for the first
   * one in a JVM.
   */
  public static TestAether inMemory() {
    return new TestAether(Optional.empty());
  }

  /**
   * Starts an Aether on a private nats-server, with the executable in {@code $NATS_SERVER} or else
   * in {@code PATH}. This takes some tenths of a second.
   *
   * @throws dev.aether.server.embedded.EmbeddedNatsException if there is no executable, or it
   *     cannot be run
   */
  public static TestAether onNats() {
    return onNats(NatsServerBinary.find(Optional.empty(), ADVICE));
  }

  /**
   * Starts an Aether on a private nats-server.
   *
   * @param natsServer the executable
   * @throws dev.aether.server.embedded.EmbeddedNatsException if it is not an executable nats-server
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
      forwarder.close();
      throw e;
    }
    forwarder.open(server.grpcAddress().getPort());
    client = newClient();
  }

  /** The default client; the same one each time. */
  public AetherClient client() {
    return client;
  }

  /**
   * Creates another client with default settings, which is closed with this Aether.
   *
   * @throws IllegalStateException if there are 1000 clients, or this Aether is closed
   */
  public synchronized AetherClient newClient() {
    if (closed) {
      throw new IllegalStateException("this Aether is closed");
    }
    if (clients.size() == MAX_CLIENTS) {
      throw new IllegalStateException("there are already " + MAX_CLIENTS + " clients");
    }
    AetherClient made = clientBuilder().build();
    clients.add(made);
    return made;
  }

  /** Returns a builder for a client of this Aether; the caller closes the client. */
  public AetherClientBuilder clientBuilder() {
    return AetherClient.builder().endpoint(endpoint());
  }

  /** The address as {@code host:port}, without TLS, for clients in any language. */
  public String endpoint() {
    return "127.0.0.1:" + forwarder.port();
  }

  /** The clock that provides timestamps for events and snapshots without one. */
  public TestClock clock() {
    return clock;
  }

  /**
   * The faults that can be injected.
   *
   * @throws AssertionError if a function of {@link Faults#beforeNextSave} failed; reported once
   */
  public Faults faults() {
    faults.check();
    return faults;
  }

  /**
   * The nats-server on which it runs.
   *
   * @throws IllegalStateException if it is in memory
   */
  public TestNats nats() {
    return nats.orElseThrow(
        () -> new IllegalStateException("this Aether runs in memory, without a nats-server"));
  }

  /**
   * Removes all faults: none waits for a save, and everything is reachable.
   *
   * @throws AssertionError as {@link #faults()} does, after that
   */
  void clearFaults() {
    faults.clear();
    nats.ifPresent(TestNats::acceptConnections);
    faults.check();
  }

  /**
   * Stops it. This takes some milliseconds, or some tenths of a second with NATS. Closing again has
   * no effect.
   *
   * @throws AssertionError as {@link #faults()} does, after it is closed
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    clients.forEach(AetherClient::close);
    forwarder.close();
    server.close();
    nats.ifPresent(TestNats::close);
    faults.check();
  }
}
