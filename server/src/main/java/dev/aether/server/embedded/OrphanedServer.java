package dev.aether.server.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a killed Aether left running on a data folder: for a moment after a SIGKILL its
 * nats-server still shuts down, and a second one beside it on one store would damage it.
 *
 * <p>It is known by its command line, which names this folder's config file, and not by a pid file:
 * a process id written down yesterday may be a stranger's today, and may not have been written yet
 * when the kill came.
 */
final class OrphanedServer {
  private static final Logger log = LoggerFactory.getLogger(OrphanedServer.class);

  private static final Duration KILL_BOUND = Duration.ofSeconds(5);

  private OrphanedServer() {}

  /**
   * Ends it by SIGTERM and, if it still runs after the grace time, by SIGKILL. Returns when it is
   * gone, at once when there is none.
   *
   * @param config the config file by its real path
   * @throws EmbeddedNatsException when it cannot be killed
   */
  static void end(Path config, Duration grace) {
    List<ProcessHandle> orphans =
        ProcessHandle.allProcesses().filter(process -> runsOn(config, process)).toList();
    for (ProcessHandle orphan : orphans) {
      log.warn("nats-server {} of an earlier Aether still runs; ending it", orphan.pid());
      orphan.destroy(); // once more, if its own supervisor is at it: that does no harm
      if (TetheredProcess.within(grace, () -> !runsOn(config, orphan))) {
        continue;
      }
      log.warn("killing nats-server {}, which did not end", orphan.pid());
      orphan.destroyForcibly();
      if (!TetheredProcess.within(KILL_BOUND, () -> !runsOn(config, orphan))) {
        throw new EmbeddedNatsException(
            String.format(
                Locale.ROOT,
                "nats-server %d of an earlier Aether still uses %s and cannot be killed",
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
