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
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers can make a node hold with the only service that they may call. */
class SmallRequestsTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int END_HEADERS = 4;
  private static final int STREAM = 1;
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
  void aHealthCheckIsRefusedBeforeTheRestOfItsRequestArrives() throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.grpcAddress().getPort())) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(SECONDS));
      OutputStream out = socket.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      send(out, SETTINGS, 0, 0, new byte[0]);
      ByteArrayOutputStream headers = new ByteArrayOutputStream();
      field(headers, ":method", "POST");
      field(headers, ":scheme", "http");
      field(headers, ":path", "/" + HealthGrpc.getCheckMethod().getFullMethodName());
      field(headers, ":authority", "localhost");
      field(headers, "content-type", "application/grpc");
      field(headers, "te", "trailers");
      send(out, HEADERS, END_HEADERS, STREAM, headers.toByteArray());
      // The beginning of a message of 1 MiB.
      byte[] begun = ByteBuffer.allocate(16_000).put((byte) 0).putInt(LARGE).array();
      send(out, DATA, 0, STREAM, begun);
      assertEquals(HEADERS, firstAnswer(new DataInputStream(socket.getInputStream())));
    }
  }

  /** The type of the first frame that answers the call. */
  private static int firstAnswer(DataInputStream in) throws IOException {
    while (true) {
      int start = in.readInt();
      int type = start & 0xff;
      in.readByte();
      int stream = in.readInt();
      in.skipNBytes(start >>> 8);
      if (stream == STREAM && (type == HEADERS || type == 3)) {
        return type;
      }
    }
  }

  private static void field(ByteArrayOutputStream headers, String name, String value) {
    headers.write(0);
    for (String text : new String[] {name, value}) {
      headers.write(text.length());
      headers.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static void send(OutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.write(
        ByteBuffer.allocate(9 + payload.length)
            .putInt(payload.length << 8 | type)
            .put((byte) flags)
            .putInt(stream)
            .put(payload)
            .array());
    out.flush();
  }
}
