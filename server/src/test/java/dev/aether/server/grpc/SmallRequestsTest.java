package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import io.grpc.CallOptions;
import io.grpc.Codec;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers can make a node hold with the only service that they may call. */
class SmallRequestsTest {
  private static final int SECONDS = 20;
  private static final int LARGE = 1024 * 1024;

  /** The encoding of what is not compressed. */
  private static final String PLAIN = "identity";

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

  @Test
  void aCompressedHealthCheckIsAnsweredAndALargeOneIsRefusedAfterItsFirstBytes() throws Exception {
    HealthGrpc.HealthBlockingStub compressed = health().withCompression("gzip");
    assertEquals(HealthCheckResponse.ServingStatus.SERVING, compressed.check(of("")).getStatus());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      of("x".repeat(LARGE)).writeTo(gzip);
    }
    // What follows is no gzip, which nobody sees who does not decompress it.
    byte[] message = bytes.toByteArray();
    Arrays.fill(message, message.length / 2, message.length, (byte) -1);
    assertTrue(message.length < SmallRequests.MAX_BYTES);
    assertEquals(
        Status.Code.RESOURCE_EXHAUSTED, refusal(HealthGrpc.getCheckMethod(), "gzip", message));
  }

  @Test
  void bytesThatAreNoMessageAreRefusedWithoutALineInTheLog() {
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
              logged.add(line);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.grpc");
    logger.addHandler(handler);
    try {
      for (MethodDescriptor<?, ?> method :
          List.of(
              HealthGrpc.getCheckMethod(),
              HealthGrpc.getWatchMethod(),
              ServerReflectionGrpc.getServerReflectionInfoMethod())) {
        assertEquals(
            Status.Code.INVALID_ARGUMENT,
            refusal(method, PLAIN, new byte[] {-1, -1, -1}),
            method.getFullMethodName());
      }
      assertEquals(
          Status.Code.INVALID_ARGUMENT, refusal(HealthGrpc.getCheckMethod(), "gzip", brokenGzip()));
      assertEquals(List.of(), logged);
    } finally {
      logger.removeHandler(handler);
    }
  }

  /** Begins as gzip does, and is none. */
  private static byte[] brokenGzip() {
    return new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1};
  }

  /** The status of a call whose request has these bytes. */
  private Status.Code refusal(MethodDescriptor<?, ?> method, String encoding, byte[] message) {
    MethodDescriptor.Marshaller<byte[]> bytes =
        new MethodDescriptor.Marshaller<>() {
          @Override
          public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
          }

          @Override
          public byte[] parse(InputStream stream) {
            return new byte[0];
          }
        };
    // Sends what is compressed already.
    Codec compressed =
        new Codec() {
          @Override
          public String getMessageEncoding() {
            return encoding;
          }

          @Override
          public OutputStream compress(OutputStream to) {
            return to;
          }

          @Override
          public InputStream decompress(InputStream from) {
            return from;
          }
        };
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(Codec.Identity.NONE);
    if (!encoding.equals(PLAIN)) {
      registry.register(compressed);
    }
    ManagedChannel raw =
        NettyChannelBuilder.forAddress("127.0.0.1", node.grpcAddress().getPort())
            .usePlaintext()
            .compressorRegistry(registry)
            .build();
    try {
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
      Iterator<byte[]> answers =
          ClientCalls.blockingServerStreamingCall(
              raw,
              MethodDescriptor.newBuilder(bytes, bytes)
                  .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
                  .setFullMethodName(method.getFullMethodName())
                  .build(),
              encoding.equals(PLAIN) ? options : options.withCompression(encoding),
              message);
      return assertThrows(StatusRuntimeException.class, answers::next).getStatus().getCode();
    } finally {
      raw.shutdownNow();
    }
  }
}
