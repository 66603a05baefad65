package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.TestNatsBinary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class DemoCommandTest {

  @Test
  void theDemoTellsItsStoryOnOneScreen() {
    CommandRun run = CommandRun.of("demo", "--nats-server", TestNatsBinary.get().path().toString());

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals("", run.err());
    assertTrue(
        run.out().contains("398 events in total, 0 out of order within their actor"), run.out());
    assertTrue(
        run.out().contains("actorId permit-case-891, currentVersion 19, attemptedVersion 19"),
        run.out());
    assertTrue(run.out().contains("stored as version 20"), run.out());
    assertTrue(run.lines().size() <= 30, run.out());
    assertTrue(run.lines().stream().allMatch(line -> line.length() <= 100), run.out());
  }
}
