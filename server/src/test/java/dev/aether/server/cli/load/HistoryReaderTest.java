package dev.aether.server.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.ServerUnreachableException;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.embedded.LoopbackPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HistoryReaderTest {
  private static final ActorKey A = new ActorKey("default", "a");
  private static final ServerConfig ANYWHERE = ServerConfig.on(new StoreChoice.Memory());

  @Test
  void aReadOutlivesAShortOutage() throws Exception {
    int port = LoopbackPort.pickFree();
    try (AetherClient client = AetherClient.connect("127.0.0.1:" + port)) {
      CompletableFuture<KnownHistory> history = new HistoryReader(client.async()).read(A);
      CompletableFuture<AetherServer> afterAnOutage =
          CompletableFuture.supplyAsync(
              () -> AetherServer.start(at(port)),
              CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));
      try (AetherServer server = afterAnOutage.get()) {
        assertEquals(port, server.grpcAddress().getPort());
        assertEquals(0, history.get().latestVersion());
        client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
        assertEquals(1, new HistoryReader(client.async()).read(A).get().latestVersion());
      }
    }
  }

  @Test
  void aLongOutageEndsIt() {
    try (AetherClient client =
        AetherClient.builder()
            .endpoint("127.0.0.1:" + LoopbackPort.pickFree())
            .deadline(Duration.ofMillis(300))
            .build()) {
      HistoryReader reader = new HistoryReader(client.async());
      ExecutionException end = assertThrows(ExecutionException.class, () -> reader.read(A).get());
      assertInstanceOf(ServerUnreachableException.class, end.getCause());
    }
  }

  private static ServerConfig at(int port) {
    return new ServerConfig(
        new InetSocketAddress("127.0.0.1", port),
        Optional.empty(),
        ANYWHERE.store(),
        ANYWHERE.replicas(),
        ANYWHERE.autoCreate(),
        ANYWHERE.nodeId(),
        ANYWHERE.clock());
  }
}
