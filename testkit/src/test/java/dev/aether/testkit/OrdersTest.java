package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class OrdersTest {
  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  private final NewEvent placed = NewEvent.json("OrderPlaced", "{\"total\": 42}");

  @Test
  void aLateSaveIsRefusedWithTheCurrentVersion() {
    aether.faults().nextSaveConflicts();
    VersionConflictException conflict =
        assertThrows(
            VersionConflictException.class,
            () -> aether.client().save("order-1", ExpectedVersion.exactly(0), placed));
    assertEquals(1, conflict.currentVersion());
  }

  @Test
  void aSaveWhoseAnswerIsLostIsStoredOnce() {
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    aether.clock().set(noon);
    aether.faults().loseNextAnswer();
    Saved saved = aether.client().save("order-1", ExpectedVersion.exactly(0), placed);
    assertTrue(saved.replayed());
    try (Stream<Event> events = aether.client().events("order-1")) {
      assertEquals(noon, events.toList().get(0).timestamp());
    }
  }
}
