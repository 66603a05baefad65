package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // jnats connections may throw InterruptedException when closed
class ReadConnectionsTest {
  private final TestNatsServer nats = TestNatsServer.start();
  private final List<Connection> connections = new ArrayList<>();
  private ReadConnections reads;

  @BeforeEach
  void connect() throws Exception {
    connections.add(Nats.connect(nats.url()));
    connections.add(Nats.connect(nats.url()));
    reads = new ReadConnections(connections);
  }

  @AfterEach
  void close() throws Exception {
    for (Connection connection : connections) {
      connection.close();
    }
    nats.close();
  }

  /** Sends a read that ends with {@code response}, and returns its connection. */
  private Connection send(CompletableFuture<Void> response) {
    List<Connection> used = new ArrayList<>();
    var unused =
        reads.send(
            connection -> {
              used.add(connection);
              return response;
            });
    return used.get(0);
  }

  @Test
  void readsTakeTurnsIfNoneWaits() {
    CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);
    assertEquals(
        new HashSet<>(connections), new HashSet<>(List.of(send(answered), send(answered))));
  }

  @Test
  void aConnectionThatDoesNotAnswerGetsNoFurtherReads() {
    CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);
    CompletableFuture<Void> late = new CompletableFuture<>();
    Connection silent = send(late);
    for (int i = 0; i < 5; i++) {
      assertNotSame(silent, send(answered));
    }
    late.complete(null);
    assertTrue(List.of(send(answered), send(answered)).contains(silent));
  }

  @Test
  void aLostConnectionGetsNoReads() throws Exception {
    connections.get(0).close();
    CompletableFuture<Void> late = new CompletableFuture<>();
    for (int i = 0; i < 5; i++) {
      assertSame(connections.get(1), send(late));
    }
    assertTrue(reads.isConnected());
    connections.get(1).close();
    assertFalse(reads.isConnected());
  }

  @Test
  void aReadThatCannotBeSentIsNotCountedAsUnanswered() {
    for (int i = 0; i < 3; i++) {
      assertTrue(
          reads
              .send(
                  connection -> {
                    throw new IllegalStateException("closed");
                  })
              .isCompletedExceptionally());
    }
    CompletableFuture<Void> answered = CompletableFuture.completedFuture(null);
    assertEquals(
        new HashSet<>(connections), new HashSet<>(List.of(send(answered), send(answered))));
  }
}
