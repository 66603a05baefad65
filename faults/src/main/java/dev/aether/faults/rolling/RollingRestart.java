package dev.aether.faults.rolling;

import dev.aether.faults.topology.NodePair;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Restarts two nodes one after another under load, each as another version if the jars differ. In
 * between, a node of each version serves the same store. With two versions, it then goes back in
 * the same way, so that the old one also reads what the new one has stored.
 */
public final class RollingRestart {
  private static final int SAVES_BETWEEN = 100;

  private final Path natsServer;
  private final Path oldJar;
  private final Path newJar;
  private final Path folder;

  /**
   * @param natsServer the executable
   * @param folder for everything that the servers write; the caller deletes it
   */
  public RollingRestart(Path natsServer, Path oldJar, Path newJar, Path folder) {
    this.natsServer = natsServer;
    this.oldJar = oldJar;
    this.newJar = newJar;
    this.folder = folder;
  }

  /**
   * What happened.
   *
   * @param saves how many were acknowledged
   * @param delivered how many commits all subscribers together received
   * @param irregular failed calls, gaps, repetitions, and differences between the nodes
   */
  public record Result(
      long saves, long delivered, int restarts, Duration longestSave, List<String> irregular) {}

  /** Runs it. Blocks for some tens of seconds. */
  public Result run(int writers, int subscribers) throws IOException, InterruptedException {
    int restarts = 0;
    try (NodePair nodes = new NodePair(natsServer, oldJar, folder);
        Load load = new Load(nodes.addresses(), writers, subscribers)) {
      load.awaitSaves(SAVES_BETWEEN);
      List<Path> jars = newJar.equals(oldJar) ? List.of(newJar) : List.of(newJar, oldJar);
      for (Path jar : jars) {
        for (int node = 0; node < nodes.addresses().size(); node++) {
          nodes.replace(node, jar);
          restarts++;
          load.awaitSaves(SAVES_BETWEEN);
          nodes.addresses().forEach(load::check);
        }
      }
      load.end();
      nodes.addresses().forEach(load::check);
      return new Result(
          load.saves(), load.delivered(), restarts, load.longestSave(), load.irregular());
    }
  }
}
