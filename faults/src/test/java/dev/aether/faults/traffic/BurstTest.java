package dev.aether.faults.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BurstTest {
  @Test
  void theSeedAloneDecidesOnTheSavesOfEachWriter() {
    assertEquals(Burst.of(1, 2, 3, 32), Burst.of(1, 2, 3, 32));
    assertNotEquals(Burst.of(1, 2, 3, 32).choices(), Burst.of(2, 2, 3, 32).choices());
    assertNotEquals(Burst.of(1, 2, 3, 32).choices(), Burst.of(1, 3, 3, 32).choices());
  }

  @Test
  void everyKindOfSaveOccursAndNoCommitIdTwice() {
    Set<Burst.Expectation> expectations = EnumSet.noneOf(Burst.Expectation.class);
    Set<String> commits = new HashSet<>();
    Set<Boolean> streams = new HashSet<>();
    Set<Boolean> shared = new HashSet<>();
    Set<String> namespaces = new HashSet<>();
    for (int number = 0; number < 50; number++) {
      Burst burst = Burst.of(1, 2, number, 32);
      streams.add(burst.onStream());
      Set<String> actors = new HashSet<>();
      for (Burst.Choice choice : burst.choices()) {
        expectations.add(choice.expectation());
        shared.add(choice.actor().startsWith("shared"));
        namespaces.add(choice.namespace());
        assertTrue(commits.add(choice.commit()), choice::toString);
        assertTrue(actors.add(choice.actor()), choice::toString);
      }
    }
    assertEquals(EnumSet.allOf(Burst.Expectation.class), expectations);
    assertEquals(Set.of(true, false), streams);
    assertEquals(Set.of(true, false), shared);
    assertEquals(Set.copyOf(Burst.NAMESPACES), namespaces);
  }
}
