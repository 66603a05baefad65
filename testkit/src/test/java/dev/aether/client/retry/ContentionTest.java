package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.server.embedded.NatsServerScript;
import dev.aether.testkit.AetherExtension;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many writers increment one actor with each pattern and its default options. Reported saves are
 * stored once, saves that were given up are not stored, and submitting those again completes all of
 * them. {@code -Daether.contention.writers=64 -Daether.contention.increments=100} makes the test
 * larger.
 */
@Timeout(1800)
class ContentionTest {
  private static final int WRITERS = Integer.getInteger("aether.contention.writers", 8);
  private static final int INCREMENTS = Integer.getInteger("aether.contention.increments", 50);

  /** While the trial call of another one runs. */
  private static final Duration LEAST_PAUSE = Duration.ofMillis(5);

  @RegisterExtension
  static final AetherExtension AETHER = AetherExtension.onNats(NatsServerScript.ask(Path.of("")));

  /** The six patterns. */
  enum Pattern {
    SIMPLE(new SimpleRetry()),
    CONFLICT_DETAILED(new ConflictDetailed()),
    JITTER(new JitterRetry()),
    ADAPTIVE(new AdaptiveRetry()),
    EVENTUAL_CONSISTENCY(new JitterRetry()),
    CIRCUIT_BREAKER(new CircuitBreaker().around(new JitterRetry()));

    private final RetryPolicy policy;

    Pattern(RetryPolicy policy) {
      this.policy = policy;
    }

    String actor() {
      return "counter-" + name();
    }

    /** The increments that were given up; all others were saved. */
    List<String> run(AetherClient client, List<String> increments) throws InterruptedException {
      return this == EVENTUAL_CONSISTENCY ? later(client, increments) : now(client, increments);
    }

    private List<String> now(AetherClient client, List<String> increments) {
      RetryingSaver saver = RetryingSaver.of(client, policy);
      List<String> givenUp = new ArrayList<>();
      for (String increment : increments) {
        try {
          assertTrue(saver.save(actor(), attempt -> incremented(increment)).isPresent());
        } catch (RetriesExhaustedException e) {
          givenUp.add(increment);
        } catch (CircuitBreakerOpenException e) {
          givenUp.add(increment);
          Duration pause = e.retryAfter();
          AETHER.client().delay(pause.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : pause);
        }
      }
      return givenUp;
    }

    private List<String> later(AetherClient client, List<String> increments) {
      List<String> givenUp = new ArrayList<>();
      List<CompletableFuture<Optional<Saved>>> outcomes = new ArrayList<>();
      try (BackgroundSaver saver =
          new BackgroundSaver(AsyncRetryingSaver.of(client.async(), policy))) {
        for (String increment : increments) {
          outcomes.add(saver.save(actor(), attempt -> incremented(increment)));
        }
        for (int i = 0; i < outcomes.size(); i++) {
          try {
            assertTrue(outcomes.get(i).join().isPresent());
          } catch (CompletionException e) {
            assertTrue(e.getCause() instanceof RetriesExhaustedException, e::toString);
            givenUp.add(increments.get(i));
          }
        }
      }
      return givenUp;
    }
  }

  private static List<NewEvent> incremented(String id) {
    return List.of(NewEvent.builder("Incremented").eventId(id).build());
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSavedIsStoredOnceAndWhatIsGivenUpCanBeHandedInAgain(Pattern pattern) throws Exception {
    List<List<String>> ofWriters =
        IntStream.range(0, WRITERS)
            .mapToObj(
                writer -> IntStream.range(0, INCREMENTS).mapToObj(i -> writer + ":" + i).toList())
            .toList();

    List<List<String>> givenUp = atOnce(pattern, ofWriters);

    Set<String> saved = new HashSet<>();
    ofWriters.forEach(saved::addAll);
    givenUp.forEach(each -> each.forEach(saved::remove));
    System.out.printf(
        "%s: %d writers, %d saved, %d given up%n",
        pattern, WRITERS, saved.size(), WRITERS * INCREMENTS - saved.size());
    holdsExactly(saved, pattern.actor());

    int rounds = 0;
    for (; givenUp.stream().anyMatch(each -> !each.isEmpty()); rounds++) {
      givenUp = atOnce(pattern, givenUp);
    }
    System.out.printf("%s: all after %d more rounds%n", pattern, rounds);
    ofWriters.forEach(saved::addAll);
    holdsExactly(saved, pattern.actor());
    assertEquals(WRITERS * INCREMENTS, saved.size());
  }

  private static List<List<String>> atOnce(Pattern pattern, List<List<String>> increments)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<List<String>>> running = new ArrayList<>();
      for (List<String> each : increments) {
        running.add(threads.submit(() -> pattern.run(AETHER.client(), each)));
      }
      List<List<String>> givenUp = new ArrayList<>();
      for (Future<List<String>> each : running) {
        givenUp.add(each.get());
      }
      return givenUp;
    } finally {
      threads.shutdownNow();
    }
  }

  private static void holdsExactly(Set<String> saved, String actor) {
    List<String> stored;
    try (Stream<Event> events = AETHER.client().events(actor)) {
      stored = events.map(Event::eventId).toList();
    }
    assertEquals(saved, new HashSet<>(stored));
    assertEquals(saved.size(), stored.size(), "stored twice");
  }
}
