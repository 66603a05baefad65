package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.calls.BearerToken;
import dev.aether.client.internal.calls.ClientDefaults;
import dev.aether.client.internal.calls.ClientKeys;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Durations;
import dev.aether.client.internal.calls.Endpoint;
import dev.aether.client.internal.calls.EndpointResolver;
import dev.aether.client.internal.calls.Threads;
import dev.aether.client.internal.calls.Timer;
import dev.aether.client.internal.saves.SaveTraces;
import dev.aether.client.internal.validation.Validation;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Builds an {@link AetherClient}. Not thread-safe. */
public final class AetherClientBuilder {
  /** The default listen address of {@code aether serve}. */
  public static final String DEFAULT_ENDPOINT = "127.0.0.1:7450";

  /** After this time without a connection, the client tries the next node. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

  private final List<String> endpoints = new ArrayList<>();
  private String namespace = "default";
  private Duration deadline = Duration.ofSeconds(15);
  private Duration attemptTimeout = Duration.ofSeconds(11);
  private RepeatOptions repeats = RepeatOptions.untilDeadline();
  private Duration keepAliveTime = Duration.ofSeconds(20);
  private Duration keepAliveTimeout = Duration.ofSeconds(10);
  private @Nullable Executor executor;
  private @Nullable TlsOptions tls;
  private @Nullable Supplier<String> token;
  private @Nullable SaveTracer saveTracer;
  private Consumer<ManagedChannelBuilder<?>> channel = builder -> {};

  AetherClientBuilder() {}

  /**
   * Adds a node as {@code host:port}. Without any, the client connects to {@link
   * #DEFAULT_ENDPOINT}.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder endpoint(String endpoint) {
    endpoints.add(endpoint);
    return this;
  }

  /**
   * Adds nodes of one cluster, each as {@code host:port}. The client chooses a node at random and
   * stays with it, because the node that stored an actor's last commit is the fastest for the next
   * one. It changes to another node when it loses the connection, or when the node stops or cannot
   * reach its store.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder endpoints(List<String> endpoints) {
    this.endpoints.addAll(endpoints);
    return this;
  }

  /** Sets the namespace of calls that do not name one; {@code default} if unset. */
  @CanIgnoreReturnValue
  public AetherClientBuilder namespace(String namespace) {
    this.namespace = Validation.namespace(namespace);
    return this;
  }

  /**
   * Sets the time limit of a call including its repeats, above zero; 15 s if unset, which is the
   * server's own limit of 10 s for a save plus time for a repeat. In reads of many events it limits
   * each wait for the server; subscriptions have no deadline.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder deadline(Duration deadline) {
    this.deadline = deadline;
    return this;
  }

  /**
   * Sets the time limit of one attempt within the deadline, above zero; 11 s if unset. It should
   * exceed the server's own limit (10 s by default): then an attempt ends with the server's answer
   * and not with a client-side timeout.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder attemptTimeout(Duration attemptTimeout) {
    this.attemptTimeout = attemptTimeout;
    return this;
  }

  /**
   * Sets how requests without an answer are repeated; {@link RepeatOptions#untilDeadline()} if
   * unset.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder repeats(RepeatOptions repeats) {
    this.repeats = repeats;
    return this;
  }

  /**
   * Sets after what time of silence a connection with calls in progress is pinged, and how long the
   * answer may take before the connection counts as broken; 20 s and 10 s if unset. gRPC raises a
   * time below 10 s to 10 s.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder keepAlive(Duration time, Duration timeout) {
    this.keepAliveTime = time;
    this.keepAliveTimeout = timeout;
    return this;
  }

  /**
   * Sets the executor that completes futures and runs callbacks. It needs threads of its own, at
   * least as many as callbacks that may block at the same time. If unset, the client uses a pool of
   * its own that grows as needed. The client does not shut the given executor down.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder executor(Executor executor) {
    this.executor = executor;
    return this;
  }

  /** Connects with TLS; in plain text if unset. */
  @CanIgnoreReturnValue
  public AetherClientBuilder tls(TlsOptions tls) {
    this.tls = tls;
    return this;
  }

  /**
   * Sends a token with each call. Without TLS, others on the network can read it.
   *
   * @param token is asked for each call and each repeat, on the client's executor, so it may return
   *     a renewed token. If it throws, the call fails with the reason UNAUTHENTICATED, and so do
   *     the unanswered saves of a {@link SaveStream}. Subscriptions and reads of many events ask
   *     again instead, as long as they would wait for a server that cannot be reached
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder token(Supplier<String> token) {
    this.token = token;
    return this;
  }

  /**
   * Follows each save as a step of a trace. {@code aether-client-opentelemetry} has one for
   * OpenTelemetry.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder saveTracer(SaveTracer saveTracer) {
    this.saveTracer = saveTracer;
    return this;
  }

  /**
   * Changes the gRPC channel after all other settings, for what this builder does not offer:
   * interceptors, a proxy. It must not add gRPC's own retries of saves. It is called for each
   * channel; a client of several nodes creates a new channel when it leaves a node.
   */
  @CanIgnoreReturnValue
  public AetherClientBuilder configureChannel(Consumer<ManagedChannelBuilder<?>> configure) {
    this.channel = channel.andThen(configure);
    return this;
  }

  /**
   * Creates the client. It does not connect yet.
   *
   * @throws IllegalArgumentException if an endpoint is not {@code host:port}, a time is not above
   *     zero, or a file of {@link TlsOptions} cannot be used
   */
  public AetherClient build() {
    requireAboveZero("deadline", deadline);
    requireAboveZero("attemptTimeout", attemptTimeout);
    requireAboveZero("keepAlive time", keepAliveTime);
    requireAboveZero("keepAlive timeout", keepAliveTimeout);
    Executor callbacks =
        executor == null ? Threads.growing("aether-client-", Duration.ofSeconds(10)) : executor;
    List<Endpoint> nodes =
        new ArrayList<>(
            (endpoints.isEmpty() ? List.of(DEFAULT_ENDPOINT) : endpoints)
                .stream().map(Endpoint::parse).toList());
    // Shuffled once per client, to spread the clients over the nodes of the cluster.
    Collections.shuffle(nodes);
    Timer timer = new Timer(callbacks);
    SslContext security = tls == null ? null : context(tls);
    Connection connection =
        new Connection(
            avoided -> newChannel(nodes, avoided, callbacks, security), nodes.size() > 1, timer);
    return new AetherClient(
        new AsyncAetherClient(
            connection,
            new ClientDefaults(namespace, deadline, attemptTimeout, repeats),
            new SaveTraces(saveTracer)));
  }

  private ManagedChannel newChannel(
      List<Endpoint> nodes,
      List<SocketAddress> avoided,
      Executor callbacks,
      @Nullable SslContext security) {
    NettyChannelBuilder builder =
        nodes.size() == 1
            ? NettyChannelBuilder.forAddress(nodes.get(0).host(), nodes.get(0).port())
            : NettyChannelBuilder.forTarget(EndpointResolver.target(nodes, avoided));
    builder
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
        .disableServiceConfigLookUp()
        .keepAliveTime(Durations.nanos(keepAliveTime), TimeUnit.NANOSECONDS)
        .keepAliveTimeout(Durations.nanos(keepAliveTimeout), TimeUnit.NANOSECONDS)
        .userAgent("aether-java")
        .executor(callbacks);
    if (security == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(security);
    }
    if (token != null) {
      builder.intercept(new BearerToken(token));
    }
    channel.accept(builder);
    return builder.build();
  }

  private static SslContext context(TlsOptions tls) {
    SslContextBuilder context = GrpcSslContexts.forClient();
    tls.authorities().map(AetherClientBuilder::certificates).ifPresent(context::trustManager);
    tls.identity()
        .ifPresent(own -> context.keyManager(new ClientKeys(own.certificate(), own.key())));
    try {
      return context.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS cannot be used: " + e.getMessage(), e);
    }
  }

  private static X509Certificate[] certificates(Path authorities) {
    try (InputStream file = Files.newInputStream(authorities)) {
      X509Certificate[] certificates = CertificateUtils.getX509Certificates(file);
      if (certificates.length == 0) {
        throw new IllegalArgumentException(
            "the file of authorities " + authorities + " contains no certificate in PEM format");
      }
      return certificates;
    } catch (IOException | CertificateException e) {
      throw new IllegalArgumentException(
          "the file of authorities " + authorities + " cannot be used: " + ClientKeys.reason(e), e);
    }
  }

  private static void requireAboveZero(String name, Duration duration) {
    if (duration.isZero() || duration.isNegative()) {
      throw new IllegalArgumentException(name + " " + duration + " is not above zero");
    }
  }
}
