package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherJavaClient;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.driver.RawJetStream;
import dev.aether.bench.driver.RawJetStream.Writes;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.CpuTime;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The drivers of a scenario about saves, all with the same nats-server. */
final class Contenders implements AutoCloseable {
  private final NatsProcess nats;
  private final AetherProcess node;
  private final List<Driver> drivers;

  /**
   * Starts the servers.
   *
   * @param eventsPerCommit events per commit of Aether's drivers; raw JetStream has one message per
   *     commit
   */
  Contenders(Rig rig, int actors, int eventsPerCommit) throws Exception {
    byte[] data = Payload.json();
    nats = rig.nats();
    node = rig.node(nats);
    drivers =
        List.of(
            RawJetStream.open(nats.url(), Writes.EACH, "RAW", actors, data),
            RawJetStream.open(nats.url(), Writes.TOGETHER, "RAW-TOGETHER", actors, data),
            new AetherUnary(node.address(), "unary", actors, eventsPerCommit, data),
            new AetherStream(node.address(), "stream", actors, eventsPerCommit, data),
            new AetherJavaClient(
                node.address(),
                AetherJavaClient.Way.STREAM,
                "java",
                actors,
                eventsPerCommit,
                data));
  }

  List<Driver> drivers() {
    return drivers;
  }

  /** The CPU time that each process has used so far. */
  Map<String, Duration> cpuTimes() {
    Map<String, Duration> times = new LinkedHashMap<>();
    times.put("client", CpuTime.of(ProcessHandle.current().pid()));
    times.put("node", CpuTime.of(node.pid()));
    times.put("nats", CpuTime.of(nats.pid()));
    return times;
  }

  @Override
  public void close() {
    drivers.forEach(Driver::close);
    node.close();
    nats.close();
  }
}
