package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import dev.aether.server.ServerConfig;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SubscribeResponse.FrameCase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * One subscription to many namespaces. {@code -Daether.many.namespaces=1000} prints what an idle
 * one costs (docs/operations/scale.md).
 */
class ManyNamespacesTest {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final int MAKERS = 8;

  /** How long idle CPU is measured; in each build just long enough for nothing. */
  private static final int IDLE_SECONDS = 30;

  private final int count = Contract.rounds("many.namespaces", 60);

  private static String name(int i) {
    return "many." + i;
  }

  @Test
  void oneSubscriptionReadsThemAllAndHearsOfEachCommitAndDeletion() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        Node node =
            Node.start(
                ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND)))) {
      AtOnce.results(
          MAKERS,
          maker -> {
            for (int i = maker; i < count; i += MAKERS) {
              node.save(Requests.saveAt(name(i), "actor", 0));
            }
            return true;
          });
      Figures before = Figures.of(nats);
      long begun = System.nanoTime();
      try (Subscriber all = Subscriber.open(node, Requests.fromBeginning("many.*"))) {
        all.await("caught up", BOUND, s -> !s.frames(FrameCase.CAUGHT_UP).isEmpty());
        assertEquals(count, all.commits().size());
        long caughtUp = System.nanoTime();
        if (count >= 1000) {
          measure(nats, before, Duration.ofNanos(caughtUp - begun));
        }
        for (int i = 0; i < count; i += 7) {
          node.save(Requests.saveAt(name(i), "actor", 1).setCommitId("second-" + i));
        }
        for (int i = 0; i < count; i += 7) {
          all.awaitCommit("second-" + i);
        }
        node.delete(name(0));
        all.await("deletion", s -> s.frames(FrameCase.NAMESPACE_DELETED).size() == 1);
        int heartbeats = all.frames(FrameCase.HEARTBEAT).size();
        all.await("heartbeat", s -> s.frames(FrameCase.HEARTBEAT).size() > heartbeats);
        assertTrue(all.end().isEmpty());
        assertEquals(
            count - 1, Cursors.of(all.cursor()).getNamespacesCount(), "the deleted one leaves");
      }
    }
  }

  private void measure(TestNatsServer nats, Figures before, Duration catchUp)
      throws IOException, InterruptedException {
    TimeUnit.SECONDS.sleep(15);
    Figures idle = Figures.of(nats);
    TimeUnit.SECONDS.sleep(IDLE_SECONDS);
    Figures after = Figures.of(nats);
    System.out.printf(
        "%d namespaces: caught up in %d ms; each: node heap %d bytes, nats-server RSS %d bytes;"
            + " idle CPU of all: node %.1f %%, nats-server %.1f %% of a core%n",
        count,
        catchUp.toMillis(),
        (idle.heap - before.heap) / count,
        (idle.natsRss - before.natsRss) / count,
        100.0 * (after.cpuNanos - idle.cpuNanos) / 1e9 / IDLE_SECONDS,
        100.0 * (after.natsCpuNanos - idle.natsCpuNanos) / 1e9 / IDLE_SECONDS);
  }

  /** What the node, in this process, and its nats-server have taken up to now. */
  private record Figures(long heap, long cpuNanos, long natsRss, long natsCpuNanos) {
    static Figures of(TestNatsServer nats) throws IOException {
      System.gc();
      System.gc();
      long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      long cpu =
          ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
              .getProcessCpuTime();
      Path proc = Path.of("/proc", Long.toString(nats.pid()));
      long rss = 0;
      long natsCpu = 0;
      if (Files.exists(proc)) {
        rss =
            Files.readAllLines(proc.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .sum();
        String[] stat = Files.readString(proc.resolve("stat")).split(" ");
        // utime and stime, in ticks of 10 ms.
        natsCpu = (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) * 10_000_000;
      }
      return new Figures(heap, cpu, rss, natsCpu);
    }
  }
}
