package dev.aether.server.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.embedded.NatsInfo;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
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
      createAndPublish(url, 1);

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
      createAndPublish(cluster.url(0), 3);

      cluster.kill(1);
      try (Connection connection = Nats.connect(cluster.url(2))) {
        awaitStored(connection, "2");
      }

      cluster.restart(1);
      cluster.awaitReady();
    }
  }

  private static void createAndPublish(String url, int replicas) throws Exception {
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
      awaitStored(connection, "1");
    }
  }

  /**
   * Publishes until a message is stored: the other servers of a cluster hear of a new stream's
   * leader later than the one that answers its creation, and until then nobody takes its messages.
   */
  private static void awaitStored(Connection connection, String message) throws Exception {
    Await.until(
        "a leader that stores a message",
        Duration.ofSeconds(30),
        () -> {
          try {
            connection.jetStream().publish("s", message.getBytes(StandardCharsets.UTF_8));
            return true;
          } catch (IOException | JetStreamApiException e) {
            return false;
          }
        });
  }
}
