package dev.aether.examples.local;

import dev.aether.server.embedded.NatsServerScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Nodes in separate processes and one nats-server, with a temporary folder that is deleted at the
 * end. Used by one thread at a time; the processes end with this JVM.
 */
public final class LocalCluster implements AutoCloseable {
  private final Path home = Path.of(System.getProperty("aether.home", "../..")).normalize();
  private final TemporaryFolder folder;
  private final List<LocalNode> nodes = new ArrayList<>();
  private final LocalNats nats;

  /** Starts the nats-server and this number of nodes, and returns when all are ready. */
  public static LocalCluster start(int nodes) throws IOException {
    LocalCluster cluster = new LocalCluster();
    try {
      for (int i = 0; i < nodes; i++) {
        LocalNode unused = cluster.begin();
      }
      cluster.nodes.forEach(LocalNode::awaitReady);
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private LocalCluster() throws IOException {
    Path binary = NatsServerScript.ask(home);
    folder = TemporaryFolder.make("aether-examples-");
    nats = begun(binary);
  }

  private LocalNats begun(Path binary) throws IOException {
    try {
      return folder.with(new LocalNats(binary, folder.path().resolve("nats")));
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private LocalNode begin() throws IOException {
    String name = "node-" + (char) ('A' + nodes.size());
    Path jar = home.resolve("server/target/aether.jar");
    if (!Files.exists(jar)) {
      throw new IOException(jar + " does not exist: run mvn package first");
    }
    LocalNode node = folder.with(new LocalNode(name, jar, folder.path(), nats.url()));
    nodes.add(node);
    return node;
  }

  /** Starts another node; returns its endpoint when it is ready. */
  public String addNode() throws IOException {
    LocalNode node = begin();
    node.awaitReady();
    return node.endpoint();
  }

  /** The gRPC addresses of the nodes, each as {@code host:port}. */
  public List<String> endpoints() {
    return nodes.stream().map(LocalNode::endpoint).toList();
  }

  /**
   * Everything that can be killed, in the order in which it is started: the nats-server, then the
   * nodes.
   */
  public List<Killable> servers() {
    List<Killable> servers = new ArrayList<>();
    servers.add(nats);
    servers.addAll(nodes);
    return servers;
  }

  @Override
  public void close() {
    folder.close();
  }
}
