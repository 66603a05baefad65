package dev.aether.testkit;

import static dev.aether.testkit.Faults.OTHER_WRITERS_EVENT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.TooLargeException;
import dev.aether.client.VersionConflictException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** Each fault works as documented, with any store. */
@Timeout(60)
abstract class FaultsContract {
  private static final NewEvent PLACED = NewEvent.json("OrderPlaced", "{}");
  private static final ExpectedVersion NEW = ExpectedVersion.exactly(0);

  /** A new actor for each test. */
  private String actor = "";

  /** A new client for each test, which never repeats requests. */
  private AetherClient once;

  /** Provided by the test of a store. */
  abstract AetherExtension aether();

  @BeforeEach
  void begin(TestInfo test) {
    actor = test.getDisplayName();
    once = aether().clientBuilder().repeats(RepeatOptions.never()).build();
  }

  @AfterEach
  void end() {
    once.close();
  }

  private List<String> types() {
    try (Stream<Event> events = aether().client().events(actor)) {
      return events.map(Event::type).toList();
    }
  }

  @Test
  void aConflictIsTheServersOwnAndTheHistorySaysWhy() {
    aether().faults().nextSaveConflicts();

    VersionConflictException conflict =
        assertThrows(
            VersionConflictException.class, () -> aether().client().save(actor, NEW, PLACED));

    assertEquals(actor, conflict.actorId());
    assertEquals(1, conflict.currentVersion());
    assertEquals(1, conflict.attemptedVersion());
    assertEquals(List.of(OTHER_WRITERS_EVENT), types());
    assertEquals(
        2, aether().client().save(actor, ExpectedVersion.exactly(1), PLACED).lastVersion());
  }

  @Test
  void conflictsComeAsOftenAsTheyWereAskedFor() {
    for (int i = 0; i < 3; i++) {
      aether().faults().nextSaveConflicts();
    }
    long version = 0;
    int conflicts = 0;
    while (version <= conflicts) {
      try {
        version =
            aether().client().save(actor, ExpectedVersion.exactly(version), PLACED).lastVersion();
      } catch (VersionConflictException e) {
        version = e.currentVersion();
        conflicts++;
      }
    }
    assertEquals(3, conflicts);
    assertEquals(4, version);
  }

  @Test
  void anotherWriterMaySaveWhatTheTestLikes() {
    aether()
        .faults()
        .beforeNextSave(
            of ->
                List.of(NewEvent.json("Opened", "{}"), NewEvent.json("Renamed", "\"" + of + "\"")));

    assertThrows(VersionConflictException.class, () -> aether().client().save(actor, NEW, PLACED));

    try (Stream<Event> events = aether().client().events(actor)) {
      List<Event> stored = events.toList();
      assertEquals(List.of("Opened", "Renamed"), stored.stream().map(Event::type).toList());
      assertEquals("\"" + actor + "\"", stored.get(1).data().toUtf8());
      assertEquals(aether().clock().instant(), stored.get(1).timestamp());
      assertFalse(stored.get(1).eventId().isEmpty());
    }
  }

  @Test
  void aFunctionThatThrowsRefusesTheSaveAndIsToldToTheTestOnce() {
    AssertionError thrown = new AssertionError("not this actor");
    aether()
        .faults()
        .beforeNextSave(
            of -> {
              throw thrown;
            });

    InvalidRequestException refused =
        assertThrows(
            InvalidRequestException.class, () -> aether().client().save(actor, NEW, PLACED));

    assertTrue(refused.getMessage().contains("not this actor"), refused.getMessage());
    assertEquals(List.of(), types());
    assertSame(thrown, toldToTheTest());
    assertEquals(0, aether().client().latestVersion(actor));
    aether().faults().nextSaveConflicts();
  }

  @Test
  @SuppressWarnings("NullAway") // It is what a test may do by mistake.
  void aFunctionThatGivesNullIsToldToTheTest() {
    aether().faults().beforeNextSave(of -> null);

    assertThrows(InvalidRequestException.class, () -> aether().client().save(actor, NEW, PLACED));

    assertEquals("the function returned null", toldToTheTest().getMessage());
  }

  @Test
  void anEventThatTheServerRefusesIsNotStoredForAnotherWriterEither() {
    aether().faults().beforeNextSave(of -> Collections.nCopies(1_001, PLACED));

    assertThrows(InvalidRequestException.class, () -> aether().client().save(actor, NEW, PLACED));

    assertEquals(List.of(), types());
    String told = toldToTheTest().toString();
    assertTrue(told.contains("events has 1001 elements"), told);
  }

  @Test
  void anotherWritersCommitThatIsTooLargeIsToldToTheTest() {
    NewEvent large = NewEvent.builder("Large").data(new byte[8 << 20]).build();
    aether().faults().beforeNextSave(of -> List.of(large));

    assertThrows(TooLargeException.class, () -> aether().client().save(actor, NEW, PLACED));

    assertEquals(List.of(), types());
    assertTrue(toldToTheTest().toString().contains("too large"));
  }

  private Throwable toldToTheTest() {
    return Objects.requireNonNull(
        assertThrows(AssertionError.class, () -> aether().faults()).getCause());
  }

  @Test
  void aSaveAtAnyVersionComesAfterTheOtherWriters() {
    aether().faults().nextSaveConflicts();

    assertEquals(2, aether().client().save(actor, ExpectedVersion.any(), PLACED).lastVersion());
    assertEquals(List.of(OTHER_WRITERS_EVENT, "OrderPlaced"), types());
  }

  @Test
  void aSaveOfUnknownOutcomeIsFoundByItsRepeat() {
    aether().faults().nextOutcomeUnknown();

    Saved saved = aether().client().save(actor, NEW, PLACED);

    assertTrue(saved.replayed());
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void whoDoesNotRepeatIsToldThatTheOutcomeIsUnknownThoughItIsStored() {
    aether().faults().nextOutcomeUnknown();

    OutcomeUnknownException unknown =
        assertThrows(OutcomeUnknownException.class, () -> once.save(actor, NEW, PLACED));

    assertFalse(unknown.commitId().isEmpty());
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void aSaveThatIsRefusedIsNeverOfUnknownOutcome() {
    Saved unused = aether().client().save(actor, NEW, PLACED);
    aether().faults().nextOutcomeUnknown();

    assertThrows(VersionConflictException.class, () -> once.save(actor, NEW, PLACED));
  }

  @Test
  void aSaveOfUnknownOutcomeThatIsNotStoredIsStoredByItsRepeat() {
    aether().faults().nextOutcomeUnknownNotStored();

    Saved saved = aether().client().save(actor, NEW, PLACED);

    assertFalse(saved.replayed());
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void whoDoesNotRepeatIsToldThatTheOutcomeIsUnknownThoughItIsNotStored() {
    aether().faults().nextOutcomeUnknownNotStored();

    assertThrows(OutcomeUnknownException.class, () -> once.save(actor, NEW, PLACED));
    assertEquals(List.of(), types());
  }

  @Test
  void aLostAnswerIsFetchedByTheRepeat() {
    aether().faults().loseNextAnswer();

    Saved saved = aether().client().save(actor, NEW, PLACED);

    assertTrue(saved.replayed());
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void whoDoesNotRepeatIsToldThatTheOutcomeIsUnknownWhereTheAnswerWasLost() {
    aether().faults().loseNextAnswer();

    assertThrows(OutcomeUnknownException.class, () -> once.save(actor, NEW, PLACED));
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void savesOfAStreamMeetFaultsInTheirOrder() {
    aether().faults().nextSaveConflicts();
    aether().faults().nextOutcomeUnknown();
    CompletableFuture<Saved> refused;
    CompletableFuture<Saved> unknown;
    CompletableFuture<Saved> third;
    try (SaveStream stream = aether().client().saveStream(SaveStreamOptions.defaults())) {
      refused = stream.save(actor, NEW, PLACED);
      unknown = stream.save(actor, ExpectedVersion.exactly(1), PLACED);
      third = stream.save(actor, ExpectedVersion.exactly(2), PLACED);
    }
    assertInstanceOf(VersionConflictException.class, cause(refused));
    assertInstanceOf(OutcomeUnknownException.class, cause(unknown));
    assertEquals(3, third.join().lastVersion());
    assertEquals(List.of(OTHER_WRITERS_EVENT, "OrderPlaced", "OrderPlaced"), types());
  }

  private static @Nullable Throwable cause(CompletableFuture<Saved> failed) {
    return assertThrows(CompletionException.class, failed::join).getCause();
  }

  @Test
  void anAnswerThatAStreamLostIsFetchedByTheRepeat() {
    aether().faults().loseNextAnswer();
    CompletableFuture<Saved> saved;
    try (SaveStream stream = aether().client().saveStream(SaveStreamOptions.defaults())) {
      saved = stream.save(actor, NEW, PLACED);
    }
    assertTrue(saved.join().replayed());
    assertEquals(List.of("OrderPlaced"), types());
  }

  @Test
  void aSubscriberWhoseConnectionIsCutGetsEachCommitOnce() throws InterruptedException {
    Journal journal = new Journal();
    Subscription subscription =
        aether()
            .client()
            .subscribe(
                SubscribeOptions.builder(SubscriptionStart.live()).actorPattern(actor).build(),
                journal);
    journal.expect("connected");
    Saved first = aether().client().save(actor, NEW, PLACED);
    journal.expect(actor + " v" + first.lastVersion());

    aether().faults().cutConnections();

    Saved second = aether().client().save(actor, ExpectedVersion.exactly(1), PLACED);
    journal.expect("lost");
    journal.expectAfterLosses(actor + " v" + second.lastVersion());
    subscription.close();
  }

  @Test
  void aServerOutOfReachFailsWhatCanNotWait() {
    aether().faults().refuseConnections();

    try (AetherClient hasty = aether().clientBuilder().deadline(Duration.ofMillis(200)).build()) {
      assertThrows(ServerUnreachableException.class, () -> hasty.latestVersion(actor));
      assertThrows(ServerUnreachableException.class, () -> hasty.save(actor, NEW, PLACED));
    }
  }

  @Test
  void whatCanWaitGoesOnWhenTheServerIsBack() {
    aether().faults().refuseConnections();
    CompletableFuture<Saved> saving = aether().client().async().save(actor, NEW, PLACED);
    assertThrows(ServerUnreachableException.class, () -> once.latestVersion(actor));
    assertFalse(saving.isDone());

    aether().faults().acceptConnections();

    assertEquals(1, saving.join().lastVersion());
  }

  @Test
  void afterAllIsClearedNothingGoesWrong() {
    aether().faults().nextSaveConflicts();
    aether().faults().refuseConnections();

    aether().faults().clear();

    assertEquals(1, once.save(actor, NEW, PLACED).lastVersion());
  }
}
