package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.EventLoops;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to NATS on the threads that serve gRPC, so that a save, its publish, the
 * acknowledgement and the answer stay on one thread, and so do a read of an actor, its requests,
 * their responses and the answer ({@code docs/performance.md} has what that brings). They send
 * requests and take the responses, and nothing else.
 *
 * <p>They depend on a connection of jnats: they are made to the same server with the same login,
 * only while that one is connected, and end with it. Whoever finds none here sends by jnats: on
 * other threads, until a connection is made, and if NATS wants TLS or WebSockets. Thread-safe.
 */
final class LoopConnections implements ConnectionListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoopConnections.class);

  /** On machines with more threads, the others send by jnats. */
  static final int MAX_CONNECTIONS = 32;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int SILENCES_BEFORE_THE_END = 2;
  private static final int SILENCES_OF_A_SLOW_DISK = 6;
  private static final int MAX_TOLD_LENGTH = 300;
  private static final String PLAIN = "nats";

  private final Connection jnats;
  private final PendingRequests pending;
  private final int maxSilences;
  private final Map<EventLoop, PerLoop> loops = new ConcurrentHashMap<>();
  private int created;
  private final AtomicInteger ready = new AtomicInteger();
  private final List<Runnable> onLoss = new CopyOnWriteArrayList<>();
  private final AtomicBoolean isLossToBeTold = new AtomicBoolean();

  /** Another object after each loss of jnats; null if it is not known. */
  private volatile @Nullable Server server;

  private final AtomicBoolean isFinding = new AtomicBoolean();
  private volatile long findAgainAt = System.nanoTime();

  private volatile boolean isClosed;

  /**
   * The server that jnats is connected to.
   *
   * @param url with the login, if it contains one
   * @param addresses of its name, which other servers may have as well
   * @param isFailureTold so that a failure to connect is logged once
   */
  record Server(
      String id, String url, List<InetSocketAddress> addresses, AtomicBoolean isFailureTold) {
    @Override
    public String toString() {
      return id;
    }
  }

  /** For publishes: connections that end soon after NATS has fallen silent. */
  static LoopConnections forPublishes(Connection jnats, PendingRequests pending) {
    return new LoopConnections(jnats, pending, SILENCES_BEFORE_THE_END);
  }

  /** For reads as well: a get that waits for the disk silences a connection for a while. */
  static LoopConnections forReads(Connection jnats, PendingRequests pending) {
    return new LoopConnections(jnats, pending, SILENCES_OF_A_SLOW_DISK);
  }

  private LoopConnections(Connection jnats, PendingRequests pending, int maxSilences) {
    this.jnats = jnats;
    this.pending = pending;
    this.maxSilences = maxSilences;
    jnats.addConnectionListener(this);
  }

  /** How many can be used. */
  int ready() {
    return ready.get();
  }

  /** The connection on this thread; null if there is none that takes messages now. */
  @Nullable LoopConnection current() {
    EventLoop loop = EventLoops.current();
    if (loop == null || isClosed || jnats.getStatus() != Connection.Status.CONNECTED) {
      return null;
    }
    Server to = server;
    if (to == null || !to.id().equals(jnats.getServerInfo().getServerId())) {
      findServerIfDue();
      return null;
    }
    PerLoop own = loops.get(loop);
    if (own == null) {
      own = create(loop);
    }
    return own == null ? null : own.connection(to);
  }

  private @Nullable PerLoop create(EventLoop loop) {
    if (loops.size() >= MAX_CONNECTIONS) {
      return null;
    }
    PerLoop own;
    synchronized (loops) {
      if (loops.size() >= MAX_CONNECTIONS) {
        return null;
      }
      own = new PerLoop(loop, "L" + created++ + ".");
      loops.put(loop, own);
    }
    loop.terminationFuture().addListener(ended -> loops.remove(loop));
    return own;
  }

  /** The connection of one loop, used on its thread only. */
  private final class PerLoop implements LoopConnection.Life {
    private final EventLoop loop;
    private final String name;
    private @Nullable LoopConnection connection;
    private @Nullable Server tried;
    private int attempts;
    private long nextAttemptAt;

    PerLoop(EventLoop loop, String name) {
      this.loop = loop;
      this.name = name;
    }

    @Nullable LoopConnection connection(Server to) {
      LoopConnection own = connection;
      if (own == null || own.isClosed()) {
        connectIfDue(to);
        return null;
      }
      if (own.server() != to) {
        own.close("jnats has left its server");
        return null;
      }
      return own.isWritable() ? own : null;
    }

    private void connectIfDue(Server to) {
      if (to != tried) {
        tried = to;
        attempts = 0;
      } else if (System.nanoTime() - nextAttemptAt < 0) {
        return;
      }
      int attempt = attempts++;
      nextAttemptAt = System.nanoTime() + pause(attempt / to.addresses().size()).toNanos();
      InetSocketAddress address = to.addresses().get(attempt % to.addresses().size());
      try {
        connection =
            new LoopConnection(
                loop,
                to,
                address,
                new LoopConnection.Owner(jnats, pending, name, maxSilences, this));
      } catch (RejectedExecutionException e) {
        LOG.debug("the event loop is ending", e);
        return;
      }
      if (isClosed) { // close() may not have seen it
        connection.close("closed");
      }
    }

    private static Duration pause(int failures) {
      long millis = FIRST_PAUSE.toMillis() << Math.min(failures, 10);
      return millis < LONGEST_PAUSE.toMillis() ? Duration.ofMillis(millis) : LONGEST_PAUSE;
    }

    @Override
    public void began() {
      ready.incrementAndGet();
    }

    @Override
    public void ended(boolean wasReady, boolean isLoss, String text) {
      if (wasReady) {
        ready.decrementAndGet();
      }
      if (isLoss) {
        lost(wasReady, text);
      }
    }

    private void lost(boolean wasReady, String text) {
      String why =
          NatsUrls.withoutSecrets(text.substring(0, Math.min(text.length(), MAX_TOLD_LENGTH)));
      LOG.debug("the connection of an event loop to NATS has ended: {}", why);
      if (isClosed || server == null) {
        return;
      }
      if (wasReady) {
        attempts = 0;
        tellLoss();
      } else if (tried != null && tried.isFailureTold().compareAndSet(false, true)) {
        LOG.info(
            "a thread that serves gRPC cannot connect to NATS, so its requests take a longer way: {}",
            why);
      }
    }

    void end() {
      if (connection != null) {
        connection.close("jnats has lost its connection, or the node stops");
      }
    }
  }

  /**
   * The task runs, on another thread, some time after connections were lost although jnats may not
   * have noticed anything.
   */
  void addLossListener(Runnable task) {
    onLoss.add(task);
  }

  private void tellLoss() {
    if (isLossToBeTold.compareAndSet(false, true)) {
      CompletableFuture.runAsync(
              () -> {
                isLossToBeTold.set(false);
                onLoss.forEach(Runnable::run);
              })
          .whenComplete(
              (told, thrown) -> {
                if (thrown != null) {
                  LOG.error("could not react to a lost connection", thrown);
                }
              });
    }
  }

  @Override
  public void connectionEvent(Connection connection, Events type) {
    switch (type) {
      case DISCONNECTED, CLOSED -> {
        server = null;
        endAll();
      }
      case CONNECTED, RECONNECTED, RESUBSCRIBED, DISCOVERED_SERVERS, LAME_DUCK -> {}
    }
  }

  /** On another thread, because a name has to be resolved. */
  private void findServerIfDue() {
    if (System.nanoTime() - findAgainAt >= 0 && isFinding.compareAndSet(false, true)) {
      findAgainAt = System.nanoTime() + FIRST_PAUSE.toNanos();
      CompletableFuture.supplyAsync(this::plainServer)
          .whenComplete(
              (found, thrown) -> {
                if (thrown != null) {
                  LOG.debug("event loops do not find the server of jnats", thrown);
                }
                server = found;
                isFinding.set(false);
              });
    }
  }

  /** Null if event loops cannot connect to it. */
  private @Nullable Server plainServer() {
    @Nullable String id = jnats.getServerInfo().getServerId();
    @Nullable String url = jnats.getConnectedUrl();
    if (id == null
        || url == null
        || jnats.getOptions().isTLSRequired()
        || jnats.getServerInfo().isTLSRequired()) {
      return null;
    }
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      LOG.debug("event loops cannot connect to {}", NatsUrls.withoutSecrets(url));
      return null;
    }
    if (!PLAIN.equals(uri.getScheme()) || uri.getHost() == null) {
      return null;
    }
    try {
      List<InetSocketAddress> addresses =
          Arrays.stream(InetAddress.getAllByName(uri.getHost()))
              .map(address -> new InetSocketAddress(address, uri.getPort()))
              .toList();
      return new Server(id, url, addresses, new AtomicBoolean());
    } catch (UnknownHostException e) {
      LOG.debug("event loops do not find {}", uri.getHost(), e);
      return null;
    }
  }

  private void endAll() {
    loops.forEach(
        (loop, own) -> {
          try {
            loop.execute(own::end);
          } catch (RejectedExecutionException e) {
            LOG.debug("an event loop has ended, and its connections with it", e);
          }
        });
  }

  /** Ends the connections; that of jnats stays open. */
  @Override
  public void close() {
    isClosed = true;
    jnats.removeConnectionListener(this);
    endAll();
  }
}
