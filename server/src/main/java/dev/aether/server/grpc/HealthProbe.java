package dev.aether.server.grpc;

import dev.aether.client.TlsOptions;
import dev.aether.server.event.Exceptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Asks a server for its health with gRPC's health checking protocol. */
public final class HealthProbe {
  private HealthProbe() {}

  /** What a server reported, or that it did not answer. */
  public enum Health {
    SERVING,
    NOT_SERVING,
    UNREACHABLE
  }

  /**
   * A server's health.
   *
   * @param reason why it is unreachable, or what is wrong with it; empty if nothing is
   */
  public record Answer(Health health, String reason) {}

  /**
   * Asks a server. Blocks until it answers, for at most {@code timeout}.
   *
   * @param tls how to connect with TLS; empty for plain text. Health needs no client certificate
   * @throws IllegalArgumentException if a file of {@code tls} cannot be used
   */
  public static Answer ask(String host, int port, Optional<TlsOptions> tls, Duration timeout) {
    ManagedChannel channel = channel(host, port, tls);
    AtomicReference<Metadata> headers = new AtomicReference<>();
    try {
      HealthCheckResponse response =
          HealthGrpc.newBlockingStub(channel)
              .withInterceptors(
                  MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
              .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
      return new Answer(
          response.getStatus() == HealthCheckResponse.ServingStatus.SERVING
              ? Health.SERVING
              : Health.NOT_SERVING,
          conditions(headers.get()));
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED
          ? new Answer(
              Health.UNREACHABLE, String.valueOf(Exceptions.root(e).getMessage()).split("\\R")[0])
          : new Answer(Health.NOT_SERVING, "");
    } finally {
      channel.shutdownNow();
    }
  }

  private static String conditions(@Nullable Metadata headers) {
    String wrong = headers == null ? null : headers.get(HealthConditions.HEADER);
    return wrong == null ? "" : wrong;
  }

  private static ManagedChannel channel(String host, int port, Optional<TlsOptions> tls) {
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress(host, port);
    if (tls.isEmpty()) {
      return builder.usePlaintext().build();
    }
    SslContextBuilder context = GrpcSslContexts.forClient();
    tls.get().authorities().map(Path::toFile).ifPresent(context::trustManager);
    try {
      return builder.sslContext(context.build()).build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("TLS cannot be used: " + e.getMessage(), e);
    }
  }
}
