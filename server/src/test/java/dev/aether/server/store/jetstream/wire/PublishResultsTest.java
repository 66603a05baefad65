package dev.aether.server.store.jetstream.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PublishResultsTest {
  private Optional<String> disk = Optional.empty();
  private long now = 17;
  private final PublishResults results = new PublishResults(() -> disk, () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
    results.check();
  }

  @Test
  void theStoreIsFullWhileTheDiskIs() {
    pass(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), results.whyFull());
    disk = Optional.of("no room on it");
    pass(Duration.ofSeconds(5));
    assertEquals(disk, results.whyDiskFull());
    assertEquals(disk, results.whyFull());
    disk = Optional.empty();
    pass(Duration.ofSeconds(1));
    assertEquals(Optional.empty(), results.whyFull());
  }

  @Test
  void theStoreIsFullAfterARefusedSaveUntilOneIsStoredAndNoneRefusedForAWhile() {
    results.refused("no room");
    pass(PublishResults.CALM);
    results.refused("no room");
    results.stored();
    assertEquals(Optional.of("no room"), results.whyFull());
    assertEquals(Optional.empty(), results.whyDiskFull());
    pass(PublishResults.CALM);
    assertEquals(Optional.empty(), results.whyFull());
  }

  @Test
  void withoutSavesAFullStoreIsForgotten() {
    results.refused("no room");
    pass(PublishResults.FORGOTTEN_AFTER.minusNanos(1));
    assertTrue(results.whyFull().isPresent());
    pass(Duration.ofNanos(1));
    assertEquals(Optional.empty(), results.whyFull());
  }

  @Test
  void jetStreamIsSilentAfterThreePublishesWithoutAnAnswerUntilItAnswersOne() {
    results.unanswered();
    pass(Duration.ofSeconds(20)); // However seldom somebody saves.
    results.unanswered();
    assertEquals(Optional.empty(), results.whySilent());
    pass(Duration.ofSeconds(20));
    results.unanswered();
    assertEquals(
        Optional.of("it has not answered 3 publishes since the last one that it stored"),
        results.whySilent());
    results.answered();
    assertEquals(Optional.empty(), results.whySilent());
    results.unanswered();
    assertEquals(Optional.empty(), results.whySilent());
  }

  @Test
  void withoutPublishesTheSilenceIsForgotten() {
    for (int i = 0; i < 3; i++) {
      results.unanswered();
    }
    pass(PublishResults.FORGOTTEN_AFTER.minusNanos(1));
    assertTrue(results.whySilent().isPresent());
    pass(Duration.ofNanos(1));
    assertEquals(Optional.empty(), results.whySilent());
  }

  @Test
  void onlyWhatIsStoredAndALackOfSpaceAreAnswers() {
    for (int i = 0; i < 3; i++) {
      publish(JetStreamFailure.refused(10008, "JetStream system temporarily unavailable"));
    }
    assertTrue(results.whySilent().isPresent());
    // A leader without a quorum refuses these, too.
    publish(JetStreamFailure.refused(10071, "wrong last sequence"));
    publish(JetStreamFailure.refused(10164, "wrong last sequence, in flight"));
    assertTrue(results.whySilent().isPresent());
    var unused = results.watched(CompletableFuture.completedFuture(1L));
    assertEquals(Optional.empty(), results.whySilent());
    for (int i = 0; i < 3; i++) {
      publish(JetStreamFailure.noAnswer("no response in time"));
    }
    assertTrue(results.whySilent().isPresent());
    publish(JetStreamFailure.refused(10047, "insufficient storage resources available"));
    assertEquals(Optional.empty(), results.whySilent());
  }

  private void publish(JetStreamFailure failure) {
    var unused = results.watched(CompletableFuture.failedFuture(failure));
  }
}
