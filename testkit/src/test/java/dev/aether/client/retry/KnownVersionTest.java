package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.NewEvent;
import dev.aether.client.Reason;
import dev.aether.client.Saved;
import dev.aether.testkit.AetherExtension;
import dev.aether.testkit.CallLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A save that starts at a version its caller knows, and one that its caller cancels. */
class KnownVersionTest {
  private static final List<NewEvent> EVENT = List.of(NewEvent.json("Decided", "{}"));
  private static final RetryPolicy NEVER_AGAIN_SOON =
      new SimpleRetry(3, Duration.ofHours(1), Duration.ofHours(1));

  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  @Test
  void aVersionThatTheCallerKnowsIsNotAskedFor() {
    CallLog calls = new CallLog();
    try (AetherClient client =
        aether.clientBuilder().configureChannel(channel -> channel.intercept(calls)).build()) {
      RetryingSaver saver = RetryingSaver.of(client, new JitterRetry());
      Saved first = saver.save("actor", 0, attempt -> EVENT).orElseThrow();
      assertTrue(saver.save("actor", first.lastVersion(), attempt -> EVENT).isPresent());
      Saved third = saver.async().save("actor", 2, attempt -> EVENT).join().orElseThrow();

      assertEquals(3, third.lastVersion());
      assertEquals(List.of("SaveEvents", "SaveEvents", "SaveEvents"), calls.all());
    }
  }

  @Test
  void aVersionThatIsNoLongerTheLatestCostsOneConflict() {
    RetryingSaver saver = RetryingSaver.of(aether.client(), new JitterRetry());
    saver.save("actor", attempt -> EVENT);
    assertEquals(2, saver.save("actor", 0, attempt -> EVENT).orElseThrow().lastVersion());
    assertEquals(3, saver.save("actor", 17, attempt -> EVENT).orElseThrow().lastVersion());
  }

  @Test
  void aCancelledSaveIsNotTriedAgain() throws InterruptedException {
    aether.faults().nextSaveConflicts();
    CountDownLatch pausing = new CountDownLatch(1);
    RetryPolicy policy =
        new ConflictDetailed(NEVER_AGAIN_SOON).withListener(conflict -> pausing.countDown());
    CompletableFuture<Optional<Saved>> save =
        RetryingSaver.of(aether.client(), policy).async().save("actor", attempt -> EVENT);
    assertTrue(pausing.await(30, TimeUnit.SECONDS));

    assertTrue(save.cancel(true));

    assertThrows(CancellationException.class, save::join);
    assertEquals(1, aether.client().latestVersion("actor"));
  }

  @Test
  void aThreadThatIsInterruptedInAPauseStopsAndNothingIsStored() {
    aether.faults().nextSaveConflicts();
    RetryPolicy policy =
        new ConflictDetailed(NEVER_AGAIN_SOON)
            .withListener(conflict -> Thread.currentThread().interrupt());
    RetryingSaver saver = RetryingSaver.of(aether.client(), policy);

    AetherException thrown =
        assertThrows(AetherException.class, () -> saver.save("actor", attempt -> EVENT));

    assertEquals(Reason.CANCELLED, thrown.reason());
    assertTrue(Thread.interrupted());
    assertEquals(1, aether.client().latestVersion("actor"));
  }
}
