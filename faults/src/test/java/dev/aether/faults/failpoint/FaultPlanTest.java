package dev.aether.faults.failpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FaultPlanTest {
  private static final List<String> PROCESSES = List.of("node-0", "nats-0");
  private static final List<String> LINKS = List.of("link-0");

  private static List<Fault> plan(long seed) {
    return FaultPlan.of(seed, 200, FaultPlan.Pace.FULL, PROCESSES, LINKS);
  }

  @Test
  void theSeedAloneDecidesOnTheFaults() {
    assertEquals(plan(7), plan(7));
    assertNotEquals(plan(7), plan(8));
  }

  @Test
  void everyKindMeetsEveryTargetAndStopsLastThreeToTwelveSeconds() {
    Set<Fault.Kind> kinds = EnumSet.noneOf(Fault.Kind.class);
    Set<String> targets = new HashSet<>();
    for (Fault fault : plan(7)) {
      kinds.add(fault.kind());
      targets.add(fault.target());
      boolean isCut = fault.kind() == Fault.Kind.CUT;
      assertTrue((isCut ? LINKS : PROCESSES).contains(fault.target()), fault::toString);
      if (fault.kind() == Fault.Kind.SIGSTOP) {
        long seconds = fault.hold().toSeconds();
        assertTrue(seconds >= 3 && seconds <= 12, fault::toString);
      }
    }
    assertEquals(EnumSet.allOf(Fault.Kind.class), kinds);
    assertEquals(Set.of("node-0", "nats-0", "link-0"), targets);
  }
}
