package dev.aether.server.grpc;

import dev.aether.server.bus.EventBus;
import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.security.Security;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.store.Store;
import dev.aether.server.store.memory.InMemoryStore;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A gRPC server for a store in memory, and connections to it. */
public final class ServedStore implements AutoCloseable {
  private final InMemoryStore store;
  private final EventBus bus;
  private final EventLoops serving = new EventLoops(EventLoops.DEFAULT_THREADS, "test");
  private final GrpcServer server;
  private final List<ManagedChannel> channels = new ArrayList<>();

  /** Starts to serve. The store is closed with this. */
  public ServedStore(InMemoryStore store) throws IOException {
    this(store, store);
  }

  /**
   * Starts to serve. The store is closed with this.
   *
   * @param front stands before the store, except for subscriptions
   */
  public ServedStore(InMemoryStore store, Store front) throws IOException {
    this.store = store;
    bus = new EventBus(store);
    server =
        new GrpcServer(
            new InetSocketAddress("127.0.0.1", 0),
            front,
            bus,
            "node",
            InstantSource.system(),
            new Security(SecurityConfig.NONE, InstantSource.system()),
            ClientLimits.DEFAULT,
            serving);
  }

  /** A new connection, which is closed with this. */
  public ManagedChannel connect() {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.address().getPort())
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    bus.close();
    server.close();
    serving.close();
    store.close();
  }
}
