package dev.aether.server.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a nats-server that a killed Aether left running on a data folder. After a SIGKILL of
 * Aether, its nats-server still runs for a moment until it has shut down, and a second one on the
 * same store would damage it.
 *
 * <p>It is recognised by its command line, which contains the path of this folder's config file,
 * rather than by a pid file: a process id that was stored earlier may have been reused, or may not
 * have been stored yet at the time of the kill.
 */
final class OrphanedServer {
  private static final Logger log = LoggerFactory.getLogger(OrphanedServer.class);

  private static final Duration KILL_BOUND = Duration.ofSeconds(5);

  private OrphanedServer() {}

  /**
   * Stops it with SIGTERM and, if it is still running after the grace period, with SIGKILL. Blocks
   * until it is gone.
   *
   * @param config the real path of the config file
   * @throws EmbeddedNatsException if it cannot be killed
   */
  static void end(Path config, Duration grace) {
    List<ProcessHandle> orphans =
        ProcessHandle.allProcesses().filter(process -> runsOn(config, process)).toList();
    for (ProcessHandle orphan : orphans) {
      log.warn("nats-server {} of an earlier Aether is still running; stopping it", orphan.pid());
      orphan.destroy(); // Harmless if its own supervisor does the same.
      if (TetheredProcess.within(grace, () -> !Processes.isRunning(orphan))) {
        continue;
      }
      log.warn("killing nats-server {}, which did not stop", orphan.pid());
      orphan.destroyForcibly();
      if (!TetheredProcess.within(KILL_BOUND, () -> !Processes.isRunning(orphan))) {
        throw new EmbeddedNatsException(
            String.format(
                Locale.ROOT,
                "nats-server %d of an earlier Aether is still using %s and cannot be killed",
                orphan.pid(),
                config.getParent()));
      }
    }
  }

  private static boolean runsOn(Path config, ProcessHandle process) {
    return process.isAlive()
        && process
            .info()
            .arguments()
            .map(arguments -> List.of(arguments).equals(NatsServerConfig.arguments(config)))
            .orElse(false);
  }
}
