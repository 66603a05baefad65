package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node holds of requests that are never completed. */
class UnfinishedRequestsTest {
  private static final int MOST = 16 * 1024 * 1024;
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final String SAVE = EventStoreGrpc.getSaveEventsMethod().getFullMethodName();
  private static final String STREAM =
      EventStoreGrpc.getSaveEventsStreamMethod().getFullMethodName();

  private final AetherServer node =
      AetherServer.start(ServerConfig.on(new StoreChoice.Memory()).withoutHttp());
  private final int port = node.grpcAddress().getPort();

  @AfterEach
  void end() {
    node.close();
  }

  private static SaveEventsRequest save(int bytes) {
    return SaveEventsRequest.newBuilder()
        .setNamespace("default")
        .setActorId(UUID.randomUUID().toString())
        .setCommitId(UUID.randomUUID().toString())
        .setAnyVersion(Empty.getDefaultInstance())
        .addEvents(
            NewEvent.newBuilder()
                .setEventType("saved")
                .setData(ByteString.copyFrom(new byte[bytes])))
        .build();
  }

  private void assertSaves() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    try {
      long version =
          EventStoreGrpc.newBlockingStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .saveEvents(save(100_000))
              .getLastVersion();
      assertEquals(1, version);
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void halfSentRequestsAreRefusedBeforeTheyTakeMoreThanAnEighthOfTheHeap() throws Exception {
    long limit = Runtime.getRuntime().maxMemory() / 8;
    int calls = (int) (2 * limit / MOST) + 2;
    List<HalfSentCalls> connections = new ArrayList<>();
    try {
      int refused = 0;
      for (String method : List.of(SAVE, STREAM)) {
        HalfSentCalls connection = new HalfSentCalls(node.grpcAddress());
        connections.add(connection);
        for (int i = 0; i < calls; i++) {
          connection.sendPart(connection.begin(method), MOST, MOST - 1);
        }
        refused = connection.answered();
        assertTrue(refused >= calls / 2, refused + " of " + calls + " refused: " + method);
      }
      assertSaves();
    } finally {
      for (HalfSentCalls connection : connections) {
        connection.close();
      }
    }
    assertFree();
  }

  /** What the closed connections held is free again. */
  private void assertFree() throws Exception {
    try (HalfSentCalls connection = new HalfSentCalls(node.grpcAddress())) {
      int call = connection.begin(SAVE);
      connection.sendPart(call, MOST, MOST - 1);
      assertSaves();
    }
  }

  @Test
  void wholeRequestsOfCallsThatAreNotEndedAreRefusedBeforeTheyTakeMoreThanAnEighthOfTheHeap()
      throws Exception {
    long limit = Runtime.getRuntime().maxMemory() / 8;
    int calls = (int) (2 * limit / MOST) + 2;
    byte[] whole = save(MOST - 1000).toByteArray();
    try (HalfSentCalls connection = new HalfSentCalls(node.grpcAddress())) {
      for (int i = 0; i < calls; i++) {
        connection.sendWhole(connection.begin(SAVE), false, whole);
      }
      int refused = connection.answered();
      assertTrue(refused >= calls / 2, refused + " of " + calls + " refused");
      assertSaves();
    }
    assertFree();
  }

  @Test
  void aCompressedRequestOfACallThatIsNotEndedCountsAsMuchAsItTakes() throws Exception {
    long limit = Runtime.getRuntime().maxMemory() / 8;
    int calls = (int) (2 * limit / MOST) + 2;
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      save(MOST - 1000).writeTo(gzip);
    }
    try (HalfSentCalls connection = new HalfSentCalls(node.grpcAddress())) {
      for (int i = 0; i < calls; i++) {
        connection.sendWhole(
            connection.begin(SAVE, "grpc-encoding", "gzip"), true, compressed.toByteArray());
      }
      Await.until("refusals", BOUND, () -> connection.answered() >= calls / 2);
      assertSaves();
    }
    assertFree();
  }
}
