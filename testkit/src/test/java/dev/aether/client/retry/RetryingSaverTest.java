package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.RepeatOptions;
import dev.aether.client.Saved;
import dev.aether.client.TooLargeException;
import dev.aether.client.VersionConflictException;
import dev.aether.testkit.AetherExtension;
import dev.aether.testkit.CallLog;
import dev.aether.testkit.Faults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Behaviour with every policy, of the blocking and the non-blocking saver. */
class RetryingSaverTest {
  private static final String ACTOR = "actor";
  private static final RetryPolicy AT_ONCE = actor -> new MaxRetries(3, conflict -> Duration.ZERO);

  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  private final CallLog calls = new CallLog();
  private final List<Attempt> asked = new ArrayList<>();
  private AetherClient client;

  @BeforeEach
  void connect() {
    client =
        aether
            .clientBuilder()
            .repeats(RepeatOptions.never())
            .configureChannel(channel -> channel.intercept(calls))
            .build();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  /** How the save is performed. */
  enum Way {
    WAITING {
      @Override
      Optional<Saved> save(RetryingSaver saver, Decider decider) {
        return saver.save(ACTOR, decider);
      }
    },
    ASYNC {
      @Override
      Optional<Saved> save(RetryingSaver saver, Decider decider) {
        return joined(saver.async().save(ACTOR, decider));
      }
    },
    ASYNC_WITH_CALLS {
      @Override
      Optional<Saved> save(RetryingSaver saver, Decider decider) {
        return joined(
            saver
                .async()
                .saveWith(
                    ACTOR,
                    attempt -> CompletableFuture.supplyAsync(() -> decider.decide(attempt))));
      }
    };

    abstract Optional<Saved> save(RetryingSaver saver, Decider decider);

    private static <T> T joined(CompletableFuture<T> future) {
      try {
        return future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  private List<NewEvent> one(Attempt attempt) {
    asked.add(attempt);
    return List.of(NewEvent.json("Decided", String.valueOf(attempt.number())));
  }

  private List<String> history() {
    try (Stream<Event> events = aether.client().events(ACTOR)) {
      return events.map(event -> event.type() + " " + event.data().toUtf8()).toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void afterAConflictTheDeciderIsAskedAgainOnTheVersionThatTheConflictNames(Way way) {
    aether.faults().beforeNextSave(actor -> List.of(other(), other()));
    aether.faults().nextSaveConflicts();

    Saved saved = way.save(RetryingSaver.of(client, AT_ONCE), this::one).orElseThrow();

    assertEquals(4, saved.firstVersion());
    assertEquals(List.of(0L, 2L, 3L), asked.stream().map(Attempt::latestVersion).toList());
    assertEquals(List.of(1, 2, 3), asked.stream().map(Attempt::number).toList());
    assertEquals(Optional.empty(), asked.get(0).conflict());
    assertEquals(new Conflict(ACTOR, 3, 3, 2, List.of()), asked.get(2).conflict().orElseThrow());
    assertEquals("Decided 3", history().get(3));
    // A conflict costs one more call, because it contains the version.
    assertEquals(
        List.of("GetLatestVersion", "SaveEvents", "SaveEvents", "SaveEvents"), calls.all());
  }

  private static NewEvent other() {
    return NewEvent.json(Faults.OTHER_WRITERS_EVENT, "{}");
  }

  @ParameterizedTest
  @EnumSource
  void whatThePolicyGivesUpIsReportedAndNotStored(Way way) {
    for (int i = 0; i < 4; i++) {
      aether.faults().nextSaveConflicts();
    }
    RetryingSaver saver = RetryingSaver.of(client, AT_ONCE);
    RetriesExhaustedException thrown =
        assertThrows(RetriesExhaustedException.class, () -> way.save(saver, this::one));

    RetriesExhaustedException.Report report = thrown.report();
    assertEquals(ACTOR, report.actorId());
    assertEquals(RetryDecision.StopReason.TOO_MANY_ATTEMPTS, report.reason());
    assertEquals(4, report.attempts());
    assertEquals(
        List.of(1L, 2L, 3L, 4L),
        report.conflicts().stream().map(Conflict::currentVersion).toList());
    assertEquals(
        4, assertInstanceOf(VersionConflictException.class, thrown.getCause()).currentVersion());
    assertEquals(4, history().size());
    assertTrue(history().stream().allMatch(event -> event.startsWith(Faults.OTHER_WRITERS_EVENT)));
  }

  @ParameterizedTest
  @EnumSource
  void whereThereIsNothingToSaveNothingIsSaved(Way way) {
    assertEquals(
        Optional.empty(), way.save(RetryingSaver.of(client, AT_ONCE), attempt -> List.of()));
    assertEquals(List.of("GetLatestVersion"), calls.all());
  }

  @ParameterizedTest
  @EnumSource
  void whatTheDeciderThrowsReachesTheCallerAlsoAfterAConflict(Way way) {
    aether.faults().nextSaveConflicts();
    IllegalStateException refusal = new IllegalStateException("not with this history");
    List<String> ends = new ArrayList<>();
    RetryingSaver saver = RetryingSaver.of(client, actor -> new Ending(ends));

    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                way.save(
                    saver,
                    attempt -> {
                      if (attempt.number() == 2) {
                        throw refusal;
                      }
                      return one(attempt);
                    }));

    assertSame(refusal, thrown);
    assertEquals(1, history().size());
    assertEquals(List.of(refusal.toString()), ends);
  }

  /** A breaker that one failure opens, for an unmeasurably short time. */
  private static CircuitBreaker halfOpenAtOnce() {
    return new CircuitBreaker(
        CircuitBreakerOptions.defaults().withFailuresToOpen(1).withOpenFor(Duration.ofNanos(1)));
  }

  /** A saver with a breaker that a failed save has opened. */
  private RetryingSaver opened(CircuitBreaker breaker, Way way) {
    RetryingSaver saver =
        RetryingSaver.of(client, breaker.around(new SimpleRetry().withMaxRetries(0)));
    aether.faults().nextSaveConflicts();
    assertThrows(RetriesExhaustedException.class, () -> way.save(saver, this::one));
    return saver;
  }

  @ParameterizedTest
  @EnumSource
  void whatEndsBeforeASaveIsSentTellsABreakerNothing(Way way) {
    CircuitBreaker breaker = halfOpenAtOnce();
    RetryingSaver saver = opened(breaker, way);

    assertEquals(Optional.empty(), way.save(saver, attempt -> List.of()));
    assertEquals(CircuitBreaker.State.HALF_OPEN, breaker.state());
    assertThrows(
        IllegalStateException.class,
        () ->
            way.save(
                saver,
                attempt -> {
                  throw new IllegalStateException("not with this history");
                }));
    assertEquals(CircuitBreaker.State.HALF_OPEN, breaker.state());
    assertTrue(way.save(saver, this::one).isPresent());
    assertEquals(CircuitBreaker.State.CLOSED, breaker.state());
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalThatIsTheServersIsAnAnswerToABreaker(Way way) {
    CircuitBreaker breaker = halfOpenAtOnce();
    RetryingSaver saver = opened(breaker, way);

    assertThrows(
        TooLargeException.class,
        () ->
            way.save(
                saver,
                attempt -> List.of(NewEvent.builder("Large").data(new byte[3 << 20]).build())));
    assertEquals(CircuitBreaker.State.CLOSED, breaker.state());
  }

  @SuppressWarnings("NullAway") // The mistake that is to be named.
  private static List<NewEvent> undecided() {
    return null;
  }

  @ParameterizedTest
  @EnumSource
  void aDecisionThatIsNullIsNamed(Way way) {
    RetryingSaver saver = RetryingSaver.of(client, AT_ONCE);
    NullPointerException thrown =
        assertThrows(NullPointerException.class, () -> way.save(saver, attempt -> undecided()));
    assertEquals("the decider returned null", thrown.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void anErrorOfAPolicyAtTheEndChangesNothing(Way way) {
    RetryPolicy policy =
        actor ->
            new RetrySession() {
              @Override
              public RetryDecision onConflict(Conflict conflict) {
                throw new AssertionError("no conflict here");
              }

              @Override
              public void onEnd(@Nullable Throwable failure) {
                throw new AssertionError("of the policy");
              }
            };
    assertTrue(way.save(RetryingSaver.of(client, policy), this::one).isPresent());
    assertEquals(List.of("Decided 1"), history());
  }

  /** Retries at once and records its end. */
  private record Ending(List<String> ends) implements RetrySession {
    @Override
    public RetryDecision onConflict(Conflict conflict) {
      return new RetryDecision.Retry(Duration.ZERO);
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
      ends.add(String.valueOf(failure));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownOutcomeIsNeverDecidedAgain(Way way) {
    aether.faults().nextOutcomeUnknown();
    RetryingSaver saver = RetryingSaver.of(client, AT_ONCE);
    assertThrows(OutcomeUnknownException.class, () -> way.save(saver, this::one));
    assertEquals(1, asked.size());
    assertEquals(List.of("Decided 1"), history());
  }

  @ParameterizedTest
  @EnumSource
  void commitsHaveTheNamesThatTheCallerGives(Way way) {
    aether.faults().nextSaveConflicts();
    SaveSettings settings =
        SaveSettings.defaults().withCommitIds(attempt -> "command-7:" + attempt.latestVersion());
    Saved saved = way.save(RetryingSaver.of(client, AT_ONCE, settings), this::one).orElseThrow();
    assertEquals("command-7:1", saved.commitId());
  }
}
