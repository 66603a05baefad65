package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Endpoint;
import dev.aether.client.internal.calls.EndpointResolver;
import dev.aether.client.internal.calls.Timer;
import dev.aether.client.internal.validation.Validation;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Builds an {@link AetherClient}. Not safe for use by several threads. */
public final class AetherClientBuilder {
  /** Where {@code aether serve} listens unless told otherwise. */
  public static final String DEFAULT_ENDPOINT = "127.0.0.1:7450";

  /** A node that takes no connection within this time is passed over. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private final List<String> endpoints = new ArrayList<>();
  private String namespace = "default";
  private Duration deadline = Duration.ofSeconds(15);
  private Duration attemptTimeout = Duration.ofSeconds(11);
  private RepeatOptions repeats = RepeatOptions.untilDeadline();
  private Duration keepAliveTime = Duration.ofSeconds(20);
  private Duration keepAliveTimeout = Duration.ofSeconds(10);
  private @Nullable Executor executor;
  private Consumer<ManagedChannelBuilder<?>> channel = builder -> {};

  AetherClientBuilder() {}

  /** Adds a node, as {@code host:port}; none: {@link #DEFAULT_ENDPOINT}. */
  @CanIgnoreReturnValue
  public AetherClientBuilder endpoint(String endpoint) {
    endpoints.add(endpoint);
    return this;
  }

  /**
   * Adds nodes of one cluster, each as {@code host:port}. The client picks one at random, stays
   * with it, since a node that took an actor's last save takes the next one best, and goes to
   * another when the connection is lost, the node stops or can't reach its store.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder endpoints(List<String> endpoints) {
    this.endpoints.addAll(endpoints);
    return this;
  }

  /** Sets the namespace of calls that name none; unset: {@code default}. */
  @CanIgnoreReturnValue
  public AetherClientBuilder namespace(String namespace) {
    this.namespace = Validation.namespace(namespace);
    return this;
  }

  /**
   * Sets the time for a call with all its repeats, above zero; unset: 15 s, the server's own cap of
   * 10 s for a save and room for a repeat. For reads of many events it bounds each wait for the
   * server; a subscription has none.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder deadline(Duration deadline) {
    this.deadline = deadline;
    return this;
  }

  /**
   * Sets the time for one attempt within the deadline, above zero; unset: 11 s. It should be above
   * the server's own cap (10 s by default), so that the server's answer ends an attempt, and not
   * our clock.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder attemptTimeout(Duration attemptTimeout) {
    this.attemptTimeout = attemptTimeout;
    return this;
  }

  /**
   * Sets how one and the same request is repeated; unset: {@link RepeatOptions#untilDeadline()}.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder repeats(RepeatOptions repeats) {
    this.repeats = repeats;
    return this;
  }

  /**
   * Sets when a connection that has calls but hears nothing is pinged, and how long the answer may
   * take before it counts as broken; unset: after 20 s, within 10 s. gRPC makes less than 10 s into
   * 10 s.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder keepAlive(Duration time, Duration timeout) {
    this.keepAliveTime = time;
    this.keepAliveTimeout = timeout;
    return this;
  }

  /**
   * Sets where futures complete and callbacks run; it must have threads of its own, and as many as
   * callbacks may block at once. Unset: gRPC's shared pool, which grows as needed. The client does
   * not shut it down.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /**
   * Changes the gRPC channel last of all, for what this builder does not offer: TLS, tokens,
   * interceptors, a proxy. It must not add gRPC's own retries of saves. Called for each channel: a
   * client of several nodes makes another one when it leaves a node.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder configureChannel(Consumer<ManagedChannelBuilder<?>> configure) {
    this.channel = channel.andThen(configure);
    return this;
  }

  /**
   * The client. Does not connect yet.
   *
   * @throws IllegalArgumentException if an endpoint is not {@code host:port} or a time not above
   *     zero
   */
  public AetherClient build() {
    requireAboveZero("deadline", deadline);
    requireAboveZero("attemptTimeout", attemptTimeout);
    requireAboveZero("keepAlive time", keepAliveTime);
    requireAboveZero("keepAlive timeout", keepAliveTimeout);
    Executor callbacks = executor == null ? newExecutor() : executor;
    List<Endpoint> nodes =
        new ArrayList<>(
            (endpoints.isEmpty() ? List.of(DEFAULT_ENDPOINT) : endpoints)
                .stream().map(Endpoint::parse).toList());
    // Drawn once for a client, so that the clients of a cluster spread over its nodes.
    Collections.shuffle(nodes);
    Timer timer = new Timer(callbacks);
    Connection connection =
        new Connection(avoided -> newChannel(nodes, avoided, callbacks), nodes.size() > 1, timer);
    return new AetherClient(
        new AsyncAetherClient(
            connection, new ClientDefaults(namespace, deadline, attemptTimeout, repeats)));
  }

  private ManagedChannel newChannel(
      List<Endpoint> nodes, List<SocketAddress> avoided, Executor callbacks) {
    NettyChannelBuilder builder =
        nodes.size() == 1
            ? NettyChannelBuilder.forAddress(nodes.get(0).host(), nodes.get(0).port())
            : NettyChannelBuilder.forTarget(EndpointResolver.target(nodes, avoided));
    builder
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
        .usePlaintext()
        .disableServiceConfigLookUp()
        .keepAliveTime(keepAliveTime.toNanos(), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(keepAliveTimeout.toNanos(), TimeUnit.NANOSECONDS)
        .userAgent("aether-java")
        .executor(callbacks);
    channel.accept(builder);
    return builder.build();
  }

  /** Threads that end when they are idle, so that nobody has to shut the pool down. */
  private static Executor newExecutor() {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "aether-client-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }

  private static void requireAboveZero(String name, Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(name + " " + duration + " is not above zero");
    }
  }
}
