package dev.aether.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Calls whose rights are withdrawn while their clients read nothing. */
class WithdrawnCallsTest {
  private static final int SECONDS = 20;
  private static final int DATA = 200_000;
  private static final String SUBSCRIBE = EventBusGrpc.getSubscribeMethod().getFullMethodName();

  private static void save(int port, String token) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    try {
      var unused =
          EventStoreGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
              .saveEvents(
                  SaveEventsRequest.newBuilder()
                      .setActorId("a")
                      .setExpectedVersion(0)
                      .addEvents(
                          NewEvent.newBuilder()
                              .setEventType("E")
                              .setData(ByteString.copyFrom(new byte[DATA])))
                      .build());
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aCallWhoseClientDoesNotReadItsEndIsRecordedOnceAndCancelled(@TempDir Path folder)
      throws Exception {
    String token = Tokens.random();
    Path tokens = folder.resolve("tokens");
    Files.writeString(tokens, Tokens.line("reader", token) + "\n");
    Path policy = Files.writeString(folder.resolve("policy"), "token:reader > all\n");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger audit = (Logger) LoggerFactory.getLogger(AuditLog.NAME);
    audit.addAppender(log);
    audit.setLevel(Level.INFO);
    ServerConfig config =
        ServerConfig.on(new StoreChoice.Memory())
            .withoutHttp()
            .withSecurity(
                new SecurityConfig(
                    Optional.empty(), Optional.of(tokens), Optional.empty(), Optional.of(policy)));
    try (AetherServer node = AetherServer.start(config);
        HalfSentCalls connection = new HalfSentCalls(node.grpcAddress())) {
      save(node.grpcAddress().getPort(), token);
      int call = connection.begin(SUBSCRIBE, "authorization", "Bearer " + token);
      connection.sendWhole(
          call,
          false,
          SubscribeRequest.newBuilder()
              .setNamespacePattern("*")
              .setBeginning(Empty.getDefaultInstance())
              .build()
              .toByteArray());
      connection.end(call);
      connection.awaitFull();

      Files.writeString(tokens, Tokens.line("other", Tokens.random()) + "\n");
      connection.awaitReset(call);
      assertEquals(1, refusals(log).size(), () -> refusals(log).toString());
    } finally {
      audit.detachAppender(log);
      audit.setLevel(null);
    }
  }

  private static List<String> refusals(ListAppender<ILoggingEvent> log) {
    return List.copyOf(log.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.contains("UNAUTHENTICATED") && line.contains(SUBSCRIBE))
        .toList();
  }
}
