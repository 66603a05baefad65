package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.load.Fill;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Jcmd;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Series;
import dev.aether.bench.report.Target;
import java.util.List;
import java.util.Locale;

/**
 * Scenario f: the memory that a node needs per cached actor, measured as the growth of the
 * reachable objects in its heap with a million actors.
 */
public final class CachedActors implements Scenario {
  private static final int ACTORS = 1_000_000;
  private static final int FIRST = 100;
  private static final double BYTES_AT_MOST = 200;

  @Override
  public String id() {
    return "f";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats)) {
      Series bytes =
          new Series("aether node", "bytes of heap per actor", List.of(bytesEach(node, scale)));
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT, "%,d actors in the version cache, one commit each", scale.of(ACTORS)),
          List.of(bytes),
          List.of(Target.atMost(BYTES_AT_MOST, bytes)));
    }
  }

  /** Saves to new actors, and measures how many bytes each takes on the node. */
  static double bytesEach(AetherProcess node, Scale scale) throws Exception {
    int actors = scale.of(ACTORS);
    byte[] data = Payload.json();
    fill(node, "before", FIRST, data);
    long before = Jcmd.liveBytes(node.pid());
    fill(node, "cached", actors, data);
    return (double) (Jcmd.liveBytes(node.pid()) - before) / actors;
  }

  private static void fill(AetherProcess node, String namespace, int actors, byte[] data)
      throws InterruptedException {
    try (AetherStream writer = new AetherStream(node.address(), namespace, actors, 1, data)) {
      Fill.interleaved(writer, actors, 1);
    }
  }
}
