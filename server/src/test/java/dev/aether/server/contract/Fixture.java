package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.NatsUsers;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Two running nodes on one store; on the store in memory, which lives in one process, both are the
 * same node. At NATS they may do only what {@code NatsPermissions} lists. Tests share it and keep
 * apart by namespaces of their own.
 */
final class Fixture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** What the nodes stand on. */
  enum Kind {
    MEMORY,
    ONE_NATS,
    THREE_NATS
  }

  private final Kind kind;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Node a;
  private final Node b;

  private Fixture(Kind kind) {
    this.kind = kind;
    switch (kind) {
      case MEMORY -> {
        a = node(new StoreChoice.Memory(), 1, "node-a");
        b = a;
      }
      case ONE_NATS -> {
        TestNatsServer nats =
            TestNatsServer.start(TestNatsOptions.defaults(), NatsUsers.everybody());
        parts.push(nats);
        parts.push(() -> assertEquals(List.of(), nats.violations()));
        StoreChoice choice = new StoreChoice.Nats(List.of(nats.url()), PATIENCE);
        a = node(choice, 1, "node-a");
        b = node(choice, 1, "node-b");
      }
      case THREE_NATS -> {
        TestNatsCluster nats =
            TestNatsCluster.start(3, TestNatsOptions.defaults(), NatsUsers.everybody());
        parts.push(nats);
        for (int i = 0; i < nats.size(); i++) {
          TestNatsServer server = nats.node(i);
          parts.push(() -> assertEquals(List.of(), server.violations()));
        }
        a = node(new StoreChoice.Nats(List.of(nats.url(0)), PATIENCE), 3, "node-a");
        b = node(new StoreChoice.Nats(List.of(nats.url(1)), PATIENCE), 3, "node-b");
      }
      default -> throw new AssertionError(kind);
    }
  }

  static Fixture start(Kind kind) {
    return new Fixture(kind);
  }

  private Node node(StoreChoice store, int replicas, String name) {
    ServerConfig config = ServerConfig.on(store).withReplicas(replicas).withNodeId(name);
    // The contract also holds for saves in batches, and for nodes of both kinds on one store.
    Node node =
        Node.start(name.equals("node-b") ? config.withGroupCommit(Node.PAIRS_IN_BATCHES) : config);
    parts.push(node);
    return node;
  }

  Kind kind() {
    return kind;
  }

  Node a() {
    return a;
  }

  /** Another node on the same store, if the store can have one. */
  Node b() {
    return b;
  }

  /** Copies that a commit has. */
  int replicas() {
    return kind == Kind.THREE_NATS ? 3 : 1;
  }

  @Override
  public void close() throws Exception {
    while (!parts.isEmpty()) {
      parts.pop().close();
    }
  }

  @Override
  public String toString() {
    return kind.name();
  }
}
