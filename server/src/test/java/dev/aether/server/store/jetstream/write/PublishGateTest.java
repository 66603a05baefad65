package dev.aether.server.store.jetstream.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.store.jetstream.write.PublishGate.Verdict;
import org.junit.jupiter.api.Test;

class PublishGateTest {
  private final PublishGate gate = new PublishGate();

  @Test
  void aSaveThatWasNeverStartedHasStoredNothing() {
    assertEquals(Verdict.WAITING, gate.close());
  }

  @Test
  void nothingIsPublishedAfterTheResponseThatNothingWasStored() {
    gate.start();
    assertEquals(Verdict.NOTHING_PUBLISHED, gate.close());
    assertFalse(gate.publish());
  }

  @Test
  void theOutcomeIsUncertainWhileAPublishIsNotAcknowledged() {
    gate.start();
    assertTrue(gate.publish());
    assertTrue(gate.isUncertain());
    assertEquals(Verdict.UNCERTAIN, gate.close());
  }

  @Test
  void aRefusedPublishLeavesNothingBehind() {
    gate.start();
    assertTrue(gate.publish());
    gate.onPublishWithoutEffect();
    assertFalse(gate.isUncertain());
    assertEquals(Verdict.NOTHING_PUBLISHED, gate.close());
  }

  @Test
  void aRefusalOfTheSecondPublishDoesNotResolveALostFirstOne() {
    gate.start();
    assertTrue(gate.publish());
    assertTrue(gate.publish());
    gate.onPublishWithoutEffect();
    assertTrue(gate.isUncertain());
  }

  @Test
  void lostPublishesCannotBeStoredOnceAnotherWriteWasStoredFirst() {
    gate.start();
    assertTrue(gate.publish());
    assertTrue(gate.publish());
    gate.onLostRace();
    assertFalse(gate.isUncertain());
    assertEquals(Verdict.NOTHING_PUBLISHED, gate.close());
  }
}
