package dev.aether.client.internal.reads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherException;
import dev.aether.v1.PartitionPositions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LogPositionsTest {
  private final LogPositions progress = new LogPositions();

  @Test
  void positionsOfALogMustRiseOverOneConnection() {
    assertTrue(advance("a", 0, 5));
    assertTrue(advance("a", 1, 5));
    assertTrue(advance("b", 0, 5));
    assertThrows(AetherException.class, () -> advance("a", 0, 5));
  }

  @Test
  void onlyWhatIsAheadOfTheCursorIsSentWithIt() {
    advance("a", 0, 5);
    progress.cursor();
    assertEquals(Map.of(), progress.ahead());

    advance("a", 0, 6);
    advance("a", 0, 7);
    advance("a", 3, 9);
    assertEquals(Map.of(0, 7L, 3, 9L), aheadInA());
    assertEquals(1, progress.ahead().size());
  }

  @Test
  void whatComesAgainAfterTheCursorIsDroppedUpToWhatWasHandedOn() {
    advance("a", 0, 5);
    progress.cursor();
    advance("a", 0, 6);
    advance("a", 0, 8);

    progress.resumed();

    assertTrue(progress.mayRepeat());
    assertFalse(advance("a", 0, 6));
    assertTrue(progress.isRepeating());
    assertFalse(advance("a", 0, 8));
    assertTrue(advance("a", 0, 9));
    assertFalse(progress.mayRepeat());
  }

  @Test
  void aConnectionLostAmongWhatComesAgainChangesNothing() {
    advance("a", 0, 6);
    advance("a", 0, 8);
    progress.resumed();
    assertFalse(advance("a", 0, 6));

    progress.resumed();

    assertEquals(Map.of(0, 8L), aheadInA());
    assertFalse(advance("a", 0, 6));
    assertFalse(advance("a", 0, 8));
    assertTrue(advance("a", 0, 9));
  }

  @Test
  void aNamespaceMadeAnewWhileNobodyListenedIsReadFromItsBeginning() {
    advance("a", 0, 6);
    advance("a", 0, 8);
    progress.resumed();

    assertTrue(progress.advance("a", 0, mark(1, 100, "new")));
    assertTrue(progress.advance("a", 0, mark(2, 101, "new 2")));
  }

  @Test
  void aNamespaceMadeAnewWhoseDeletionWasHeardOfIsReadFromItsBeginning() {
    advance("a", 0, 6);
    progress.deleted("a");

    assertTrue(progress.advance("a", 0, new LogPositions.Mark(1, null, "new")));
    assertEquals(Map.of(0, 1L), aheadInA());
  }

  @Test
  void anOlderCommitThatIsNotTheFirstAfterTheCursorIsAnError() {
    advance("a", 0, 6);
    advance("a", 0, 8);
    progress.resumed();

    assertThrows(AetherException.class, () -> advance("a", 0, 7));
  }

  @Test
  void whatIsAheadOfTheCursorSaysWhenItWasStored() {
    advance("a", 0, 5);
    progress.cursor();
    advance("a", 0, 8);
    assertEquals(8, ahead("a").getStoredAtOrThrow(0).getSeconds());
    progress.advance("b", 0, new LogPositions.Mark(1, null, "of a server that does not say"));
    assertEquals(1, ahead("b").getPositionsOrThrow(0));
    assertEquals(0, ahead("b").getStoredAtCount());
  }

  private Map<Integer, Long> aheadInA() {
    return ahead("a").getPositionsMap();
  }

  private PartitionPositions ahead(String namespace) {
    return progress.ahead().getOrDefault(namespace, PartitionPositions.getDefaultInstance());
  }

  private boolean advance(String namespace, int partition, long position) {
    return progress.advance(namespace, partition, mark(position, position, "c" + position));
  }

  private static LogPositions.Mark mark(long position, long second, String id) {
    return new LogPositions.Mark(position, Instant.ofEpochSecond(second), id);
  }
}
