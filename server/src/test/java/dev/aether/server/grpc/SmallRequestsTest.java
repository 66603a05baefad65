package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers can make a node hold with the only service that they may call. */
class SmallRequestsTest {
  private static final int SECONDS = 20;
  private static final int LARGE = 1024 * 1024;

  private final AetherServer node =
      AetherServer.start(ServerConfig.on(new StoreChoice.Memory()).withoutHttp());
  private final ManagedChannel channel =
      NettyChannelBuilder.forAddress("127.0.0.1", node.grpcAddress().getPort())
          .usePlaintext()
          .build();

  @AfterEach
  void end() {
    channel.shutdownNow();
    node.close();
  }

  private HealthGrpc.HealthBlockingStub health() {
    return HealthGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }

  private static HealthCheckRequest of(String service) {
    return HealthCheckRequest.newBuilder().setService(service).build();
  }

  private static Status.Code watched(HealthGrpc.HealthBlockingStub health) {
    Iterator<HealthCheckResponse> statuses = health.watch(of("x".repeat(LARGE)));
    return assertThrows(StatusRuntimeException.class, statuses::next).getStatus().getCode();
  }

  @Test
  void aWatchOfAServiceWithALongNameIsRefused() {
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, watched(health()));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, watched(health().withCompression("gzip")));
    assertEquals(HealthCheckResponse.ServingStatus.SERVING, health().check(of("")).getStatus());
    assertEquals(
        HealthCheckResponse.ServingStatus.SERVICE_UNKNOWN,
        health().watch(of("x".repeat(1000))).next().getStatus());
  }

  @Test
  void aHealthCheckIsRefusedBeforeTheRestOfItsRequestArrives() throws Exception {
    try (HalfSentCalls connection = new HalfSentCalls(node.grpcAddress())) {
      int call = connection.begin(HealthGrpc.getCheckMethod().getFullMethodName());
      connection.sendPart(call, LARGE, 16_000);
      connection.awaitAnswer(call);
    }
  }
}
