package dev.aether.client.retry;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.testkit.AetherExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class BackgroundSaverTest {
  private static final BackgroundSaverOptions ONE_AT_WORK =
      BackgroundSaverOptions.defaults().withMaxConcurrent(1);

  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch holding = new CountDownLatch(1);

  private BackgroundSaver saver(BackgroundSaverOptions options) {
    return new BackgroundSaver(
        RetryingSaver.of(aether.client(), new JitterRetry()).async(), options);
  }

  private static Decider number(int number) {
    return attempt -> List.of(NewEvent.json("Numbered", String.valueOf(number)));
  }

  /** Blocks the saver until {@link #held} is released. */
  private List<NewEvent> hold(Attempt attempt) {
    holding.countDown();
    await(held);
    return number(0).decide(attempt);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(50, SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> numbers(String actor) {
    try (Stream<Event> events = aether.client().events(actor)) {
      return events.map(event -> event.data().toUtf8()).toList();
    }
  }

  @Test
  void theCallerGoesOnAtOnceAndSavesOfAnActorKeepTheirOrder() {
    List<CompletableFuture<Optional<Saved>>> outcomes = new ArrayList<>();
    try (BackgroundSaver saver = saver(BackgroundSaverOptions.defaults())) {
      for (int i = 0; i < 300; i++) {
        outcomes.add(saver.save("actor-" + i % 3, number(i)));
      }
    }
    assertTrue(outcomes.stream().allMatch(each -> each.join().isPresent()));
    for (int actor = 0; actor < 3; actor++) {
      int first = actor;
      assertEquals(
          IntStream.range(0, 100).mapToObj(i -> String.valueOf(first + 3 * i)).toList(),
          numbers("actor-" + actor));
    }
  }

  @Test
  void aSaveThatIsHeldUpHoldsUpItsActorOnly() throws InterruptedException {
    try (BackgroundSaver saver = saver(BackgroundSaverOptions.defaults())) {
      CompletableFuture<Optional<Saved>> first = saver.save("held-up", this::hold);
      CompletableFuture<Optional<Saved>> second = saver.save("held-up", number(1));
      assertTrue(holding.await(30, SECONDS));
      assertEquals(1, saver.save("other", number(2)).join().orElseThrow().lastVersion());
      assertFalse(first.isDone());
      assertFalse(second.isDone());
      held.countDown();
      assertEquals(2, second.join().orElseThrow().lastVersion());
    }
  }

  @Test
  void whatIsTooMuchIsRefusedAndWhatWasTakenIsSaved() throws InterruptedException {
    BackgroundSaver saver = saver(ONE_AT_WORK.withMaxWaiting(3));
    saver.save("actor", this::hold);
    assertTrue(holding.await(30, SECONDS));
    for (int i = 1; i <= 3; i++) {
      saver.save("actor", number(i));
    }
    QueueFullException refused =
        assertThrows(QueueFullException.class, () -> saver.save("actor", number(4)));
    assertEquals(3, refused.limit());
    assertEquals(3, saver.waiting());

    held.countDown();
    assertEquals(List.of(), saver.drain(Duration.ofSeconds(30)));
    assertEquals(List.of("0", "1", "2", "3"), numbers("actor"));
  }

  @Test
  void whatIsNotSavedInTimeIsHandedBackInOrder() throws InterruptedException {
    BackgroundSaver saver = saver(ONE_AT_WORK);
    List<CompletableFuture<Optional<Saved>>> outcomes = new ArrayList<>();
    Decider holder = this::hold;
    List<Decider> waiting = List.of(number(1), number(2), number(3));
    outcomes.add(saver.save("actor", holder));
    waiting.forEach(each -> outcomes.add(saver.save("actor", each)));
    assertTrue(holding.await(30, SECONDS));

    List<BackgroundSaver.Unsaved> left = saver.drain(Duration.ofMillis(10));

    assertEquals(
        List.of(
            new BackgroundSaver.Unsaved("actor", holder, true),
            new BackgroundSaver.Unsaved("actor", waiting.get(0), false),
            new BackgroundSaver.Unsaved("actor", waiting.get(1), false),
            new BackgroundSaver.Unsaved("actor", waiting.get(2), false)),
        left);
    for (int i = 0; i < outcomes.size(); i++) {
      Throwable thrown = outcomes.get(i).handle((saved, failure) -> failure).join();
      assertEquals(i == 0, assertInstanceOf(AbandonedException.class, thrown).maybeSaved());
    }
    assertThrows(IllegalStateException.class, () -> saver.save("actor", number(4)));
    held.countDown();
    try (BackgroundSaver another = saver(BackgroundSaverOptions.defaults())) {
      left.stream()
          .filter(each -> !each.maybeSaved())
          .forEach(each -> another.save(each.actorId(), each.decider()));
    }
    assertEquals(List.of("1", "2", "3"), numbers("actor"));
  }

  @Test
  void aSaveThatIsGivenUpSaysSoAndThoseBehindItGoOn() {
    for (int i = 0; i < 4; i++) {
      aether.faults().nextSaveConflicts();
    }
    try (BackgroundSaver saver =
        new BackgroundSaver(
            RetryingSaver.of(aether.client(), new SimpleRetry()).async(), ONE_AT_WORK)) {
      CompletableFuture<Optional<Saved>> givenUp = saver.save("actor", number(1));
      CompletableFuture<Optional<Saved>> behind = saver.save("actor", number(2));
      assertInstanceOf(
          RetriesExhaustedException.class, givenUp.handle((saved, thrown) -> thrown).join());
      assertEquals(5, behind.join().orElseThrow().lastVersion());
    }
  }

  @Test
  void aPolicyThatFailsEndsItsSaveAndNoOther() {
    RetryPolicy policy =
        actor -> {
          if (actor.equals("bad")) {
            throw new IllegalArgumentException(actor);
          }
          return new JitterRetry().begin(actor);
        };
    try (BackgroundSaver saver =
        new BackgroundSaver(RetryingSaver.of(aether.client(), policy).async(), ONE_AT_WORK)) {
      CompletableFuture<Optional<Saved>> bad = saver.save("bad", number(1));
      CompletableFuture<Optional<Saved>> good = saver.save("good", number(2));
      assertInstanceOf(
          IllegalArgumentException.class, bad.handle((saved, thrown) -> thrown).join());
      assertEquals(1, good.join().orElseThrow().lastVersion());
    }
  }

  /** Fails at once for "bad". */
  private static RetrySession errorForBad(String actor) {
    if (actor.equals("bad")) {
      throw new NoClassDefFoundError("of the policy");
    }
    return new JitterRetry().begin(actor);
  }

  @Test
  void anErrorOfAPolicyEndsItsSaveAndNoOther() throws Exception {
    try (BackgroundSaver saver =
        new BackgroundSaver(
            RetryingSaver.of(aether.client(), BackgroundSaverTest::errorForBad).async(),
            ONE_AT_WORK.withDrainWithin(Duration.ZERO))) {
      CompletableFuture<Optional<Saved>> bad = saver.save("bad", number(1));
      CompletableFuture<Optional<Saved>> good = saver.save("good", number(2));
      assertEquals(1, good.get(20, SECONDS).orElseThrow().lastVersion());
      assertInstanceOf(
          NoClassDefFoundError.class, bad.handle((saved, thrown) -> thrown).get(20, SECONDS));
    }
  }

  @Test
  void aCallbackThatBlocksHoldsUpNoOtherSave() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    CountDownLatch blocking = new CountDownLatch(2);
    RetryPolicy policy =
        actor -> {
          if (actor.equals("refused")) {
            throw new IllegalArgumentException(actor);
          }
          return new JitterRetry().begin(actor);
        };
    try (BackgroundSaver saver =
        new BackgroundSaver(
            RetryingSaver.of(aether.client(), policy).async(),
            ONE_AT_WORK.withDrainWithin(Duration.ZERO))) {
      List<CompletableFuture<?>> callbacks = new ArrayList<>();
      CompletableFuture<Optional<Saved>> first = saver.save("actor", this::hold);
      CompletableFuture<Optional<Saved>> refused = saver.save("refused", number(1));
      CompletableFuture<Optional<Saved>> behind = saver.save("actor", number(2));
      for (CompletableFuture<?> blocked : List.of(first, refused)) {
        callbacks.add(
            blocked.whenComplete(
                (saved, thrown) -> {
                  blocking.countDown();
                  await(released);
                }));
      }
      held.countDown();
      assertEquals(2, behind.get(20, SECONDS).orElseThrow().lastVersion());
      assertTrue(blocking.await(20, SECONDS));
      assertEquals(3, saver.save("actor", number(3)).get(20, SECONDS).orElseThrow().lastVersion());
      assertTrue(callbacks.stream().noneMatch(CompletableFuture::isDone));
    } finally {
      released.countDown();
    }
  }

  @Test
  void whoSavesBeginsNothingItself() throws Exception {
    CompletableFuture<Thread> beginner = new CompletableFuture<>();
    RetryPolicy policy =
        actor -> {
          beginner.complete(Thread.currentThread());
          return new JitterRetry().begin(actor);
        };
    try (BackgroundSaver saver =
        new BackgroundSaver(RetryingSaver.of(aether.client(), policy).async())) {
      saver.save("actor", number(1));
      assertNotSame(Thread.currentThread(), beginner.get(20, SECONDS));
    }
  }

  @Test
  void aWaitingSaveThatIsCancelledMakesRoomAtOnce() throws InterruptedException {
    BackgroundSaver saver = saver(ONE_AT_WORK.withMaxWaiting(3));
    saver.save("actor", this::hold);
    assertTrue(holding.await(30, SECONDS));
    CompletableFuture<?> first = saver.save("actor", number(1));
    saver.save("actor", number(2));
    CompletableFuture<?> alone = saver.save("other", number(3));

    assertTrue(first.cancel(true));
    assertTrue(alone.cancel(true));
    assertEquals(1, saver.waiting());
    saver.save("actor", number(4));
    saver.save("other", number(5));
    assertThrows(QueueFullException.class, () -> saver.save("actor", number(6)));

    held.countDown();
    assertEquals(List.of(), saver.drain(Duration.ofSeconds(30)));
    assertEquals(List.of("0", "2", "4"), numbers("actor"));
    assertEquals(List.of("5"), numbers("other"));
  }

  @Test
  void afterATrialThatSucceedsTheSavesBehindItAreMade() {
    CircuitBreaker breaker =
        new CircuitBreaker(
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(1)
                .withOpenFor(Duration.ofNanos(1)));
    breaker
        .callAsync(() -> CompletableFuture.failedFuture(outage()))
        .exceptionally(e -> null)
        .join();
    try (BackgroundSaver saver =
        new BackgroundSaver(
            RetryingSaver.of(aether.client(), breaker.around(new JitterRetry())).async(),
            ONE_AT_WORK)) {
      List<CompletableFuture<Optional<Saved>>> outcomes =
          IntStream.range(0, 20).mapToObj(i -> saver.save("actor", number(i))).toList();
      assertTrue(outcomes.stream().allMatch(each -> each.join().isPresent()));
    }
  }

  @Test
  void manyThatFailAtOnceAreAllAnswered() {
    CircuitBreaker open =
        new CircuitBreaker(
            CircuitBreakerOptions.defaults()
                .withFailuresToOpen(1)
                .withOpenFor(Duration.ofHours(1)));
    open.callAsync(() -> CompletableFuture.failedFuture(outage())).exceptionally(e -> null).join();
    try (BackgroundSaver saver =
        new BackgroundSaver(
            RetryingSaver.of(aether.client(), open.around(new SimpleRetry())).async(),
            BackgroundSaverOptions.defaults().withMaxWaiting(100_000))) {
      List<CompletableFuture<Optional<Saved>>> outcomes =
          IntStream.range(0, 20_000).mapToObj(i -> saver.save("actor", number(i))).toList();
      for (CompletableFuture<?> outcome : outcomes) {
        assertInstanceOf(
            CircuitBreakerOpenException.class, outcome.handle((saved, thrown) -> thrown).join());
      }
    }
  }

  private RetriesExhaustedException outage() {
    aether.faults().nextSaveConflicts();
    return assertThrows(
        RetriesExhaustedException.class,
        () ->
            RetryingSaver.of(aether.client(), new SimpleRetry().withMaxRetries(0))
                .save("outage", number(0)));
  }
}
