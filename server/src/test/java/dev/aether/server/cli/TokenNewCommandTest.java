package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TokenNewCommandTest {
  @Test
  void theTokenGoesToStandardOutputAndItsLineToStandardError() {
    CommandRun run = CommandRun.of("token", "new", "orders");
    assertEquals(ExitCode.DONE, run.exitCode());
    assertTrue(run.out().matches("aether_[A-Za-z0-9_-]{43}\\n"), run.out());
    assertTrue(run.err().matches("orders: [0-9a-f]{64}\\n"), run.err());
    assertFalse(run.out().equals(CommandRun.of("token", "new", "orders").out()));
  }

  @Test
  void aNameThatTheFileCouldNotHoldIsWrongUsage() {
    assertEquals(ExitCode.USAGE, CommandRun.of("token", "new", "a b").exitCode());
  }

  @Test
  void aTokenOnTheCommandLineIsRefusedSinceOthersSeeIt() {
    CommandRun run = CommandRun.of("latest", "--token", "secret", "actor");
    assertEquals(ExitCode.USAGE, run.exitCode());
    assertTrue(run.err().contains("visible to other users"), run.err());
    assertFalse(run.err().contains("secret"), run.err());
  }
}
