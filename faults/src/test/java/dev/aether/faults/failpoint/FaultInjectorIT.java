package dev.aether.faults.failpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.faults.topology.FaultyProcess;
import dev.aether.faults.topology.Servers;
import dev.aether.faults.topology.Topology;
import dev.aether.faults.topology.Waiting;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FaultInjectorIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Duration BRIEF = Duration.ofMillis(100);
  private static final Duration GONE_WITHIN = Duration.ofSeconds(30);
  private static final List<Fault> PLAN =
      List.of(
          new Fault(1, BRIEF, Fault.Kind.CUT, "clients-to-node-0", BRIEF),
          new Fault(2, BRIEF, Fault.Kind.SIGKILL, "private-nats", BRIEF));

  @Test
  void aNodeThatNoFaultEndedIsRestartedBeforeTheNextFaultAndReported(@TempDir Path folder)
      throws Exception {
    assertRestarted(folder, node -> process(folder).destroyForcibly(), "");
  }

  @Test
  void aNodeThatIsNoLongerWatchedIsEndedBeforeItIsRestarted(@TempDir Path folder) throws Exception {
    assertRestarted(
        folder,
        node -> {
          node.suspend();
          process(folder).parent().orElseThrow().destroyForcibly();
        },
        ", and its process is no longer watched");
  }

  private static void assertRestarted(Path folder, Consumer<FaultyProcess> end, String more)
      throws Exception {
    try (Servers servers =
        Topology.EMBEDDED.start(
            NatsServerScript.ask(HOME), HOME.resolve("server/target/aether.jar"), folder)) {
      FaultyProcess node = servers.processes().get(0);
      FaultInjector injector =
          new FaultInjector(
              servers,
              (fault, millis) -> {
                if (fault.number() == 1) {
                  end.accept(node);
                  assertTrue(Waiting.within(GONE_WITHIN, () -> !node.isUp()));
                }
              });

      List<String> endings = injector.run(PLAN);

      assertEquals(
          List.of(
              "node-0 ended with exit code 137"
                  + more
                  + "; its log: "
                  + folder.resolve("node-0.log")),
          endings);
      assertTrue(node.isUp());
    }
  }

  /** The node: the only process of this JVM that was started with the folder as its data. */
  private static ProcessHandle process(Path folder) {
    String data = folder.resolve("data-0").toString();
    return ProcessHandle.current()
        .descendants()
        .filter(
            process ->
                process.info().command().filter(path -> path.endsWith("java")).isPresent()
                    && process.info().arguments().map(List::of).orElse(List.of()).contains(data))
        .findFirst()
        .orElseThrow();
  }
}
