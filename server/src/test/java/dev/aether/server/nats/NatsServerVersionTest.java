package dev.aether.server.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class NatsServerVersionTest {

  @Test
  void itIsReadFromWhatTheBinaryPrints() {
    assertEquals(
        Optional.of(new NatsServerVersion(2, 15, 1)),
        NatsServerVersion.parse("nats-server: v2.15.1\n"));
    assertEquals(
        Optional.of(new NatsServerVersion(2, 16, 0)), NatsServerVersion.parse("2.16.0-RC.1"));
    assertEquals(Optional.empty(), NatsServerVersion.parse("nats-server: v2"));
  }

  @Test
  void itIsComparedByNumberNotByText() {
    assertFalse(new NatsServerVersion(2, 9, 10).isEnough());
    assertFalse(new NatsServerVersion(2, 14, 3).isEnough());
    assertTrue(new NatsServerVersion(2, 14, 4).isEnough());
    assertTrue(new NatsServerVersion(2, 14, 10).isEnough());
    assertTrue(new NatsServerVersion(3, 0, 0).isEnough());
  }
}
