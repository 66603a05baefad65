package dev.aether.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.embedded.NatsInfo;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // jnats connections may throw InterruptedException when closed
class TestNatsTest {

  @Test
  void aKilledServerHasItsDataAfterARestart() throws Exception {
    try (TestNatsServer server =
        TestNatsServer.start(TestNatsOptions.defaults().withSyncAlways())) {
      String url = server.url();
      publish(url, 1);

      server.kill();
      assertTrue(NatsInfo.of(server.port()).isEmpty());
      server.restart();

      assertEquals(url, server.url());
      try (Connection connection = Nats.connect(url)) {
        assertEquals(
            1, connection.jetStreamManagement().getStreamInfo("s").getStreamState().getMsgCount());
      }
    }
  }

  @Test
  void aClosedServerIsGone() {
    TestNatsServer server = TestNatsServer.start();
    server.close();
    assertFalse(ProcessHandle.of(server.pid()).map(ProcessHandle::isAlive).orElse(false));
  }

  @Test
  void aClusterStoresWhileOneNodeIsDeadAndIsWholeAfterItsRestart() throws Exception {
    try (TestNatsCluster cluster = TestNatsCluster.start(3)) {
      publish(cluster.url(0), 3);

      cluster.kill(1);
      try (Connection connection = Nats.connect(cluster.url(2))) {
        Await.until(
            "a leader that takes a message",
            Duration.ofSeconds(30),
            () -> {
              try {
                connection.jetStream().publish("s", "2".getBytes(StandardCharsets.UTF_8));
                return true;
              } catch (Exception e) {
                return false;
              }
            });
      }

      cluster.restart(1);
      cluster.awaitReady();
    }
  }

  private static void publish(String url, int replicas) throws Exception {
    try (Connection connection = Nats.connect(url)) {
      connection
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name("s")
                  .subjects("s")
                  .storageType(StorageType.File)
                  .replicas(replicas)
                  .build());
      connection.jetStream().publish("s", "1".getBytes(StandardCharsets.UTF_8));
    }
  }
}
