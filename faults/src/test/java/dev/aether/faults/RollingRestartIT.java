package dev.aether.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.faults.rolling.RollingRestart;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A rolling restart with the built jar; dev/check-upgrade does one with another version. */
@Timeout(300)
final class RollingRestartIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final int WRITERS = 8;
  private static final int SUBSCRIBERS = 20;

  @Test
  void nodesThatAreRestartedOneAfterAnotherFailNoCallAndLeaveNoGap(@TempDir Path folder)
      throws Exception {
    Path jar = HOME.resolve("server/target/aether.jar");
    RollingRestart.Result result =
        new RollingRestart(NatsServerScript.ask(HOME), jar, jar, folder).run(WRITERS, SUBSCRIBERS);

    System.out.println(result);
    assertEquals(List.of(), result.irregular());
    assertTrue(result.saves() > 0, result::toString);
    assertEquals(result.saves() * SUBSCRIBERS, result.delivered());
  }
}
