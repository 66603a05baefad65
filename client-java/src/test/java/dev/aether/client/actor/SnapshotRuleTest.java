package dev.aether.client.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SnapshotRuleTest {
  @Test
  void oneIsDueWhenASaveReachesOrCrossesAMultiple() {
    SnapshotRule rule = SnapshotRule.every(10);

    assertEquals(
        List.of(10L, 20L, 30L),
        LongStream.rangeClosed(1, 35).filter(v -> rule.isDue(v - 1, v)).boxed().toList());
    assertEquals(true, rule.isDue(5, 25));
    assertEquals(false, rule.isDue(10, 19));
  }

  @Test
  void everyEventIsTheShortestDistance() {
    assertEquals(true, SnapshotRule.every(1).isDue(0, 1));
    assertThrows(IllegalArgumentException.class, () -> SnapshotRule.every(0));
  }
}
