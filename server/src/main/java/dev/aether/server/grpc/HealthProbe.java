package dev.aether.server.grpc;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a server for its health with gRPC's health checking protocol. */
public final class HealthProbe {
  private HealthProbe() {}

  /** What a server reported, or that it did not answer. */
  public enum Health {
    SERVING,
    NOT_SERVING,
    UNREACHABLE
  }

  /** Asks a server. Blocks until it answers, for at most {@code timeout}. */
  public static Health ask(String host, int port, Duration timeout) {
    ManagedChannel channel = ManagedChannelBuilder.forAddress(host, port).usePlaintext().build();
    try {
      HealthCheckResponse response =
          HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
              .check(HealthCheckRequest.getDefaultInstance());
      return response.getStatus() == HealthCheckResponse.ServingStatus.SERVING
          ? Health.SERVING
          : Health.NOT_SERVING;
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      return code == Status.Code.UNAVAILABLE || code == Status.Code.DEADLINE_EXCEEDED
          ? Health.UNREACHABLE
          : Health.NOT_SERVING;
    } finally {
      channel.shutdownNow();
    }
  }
}
