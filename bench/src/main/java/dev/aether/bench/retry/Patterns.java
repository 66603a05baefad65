package dev.aether.bench.retry;

import dev.aether.client.NewEvent;
import dev.aether.client.retry.AdaptiveRetry;
import dev.aether.client.retry.CircuitBreaker;
import dev.aether.client.retry.ConflictDetailed;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryPolicy;
import dev.aether.client.retry.SimpleRetry;
import java.util.List;
import java.util.Optional;

/** The six patterns with their default options. */
final class Patterns {
  static final NewEvent EVENT = NewEvent.json("Incremented", "{}");

  private Patterns() {}

  /**
   * A pattern.
   *
   * @param name the name of its class
   * @param nameInGo its name in the Go library aether, from which it comes, if known
   * @param complexity of the code that uses it
   * @param useWhen when to use it, in a few words
   * @param writers creates its writers
   */
  record Pattern(
      String name,
      Optional<String> nameInGo,
      String complexity,
      String useWhen,
      Writer.Maker writers) {}

  static List<Pattern> all() {
    return List.of(
        waiting(
            "SimpleRetry",
            Optional.of("SimpleRetryPattern"),
            "low",
            "conflicts are rare",
            new SimpleRetry()),
        waiting(
            "ConflictDetailed",
            Optional.empty(),
            "medium",
            "you need to see each conflict, or stop early when retries cannot succeed",
            new ConflictDetailed()),
        waiting(
            "JitterRetry",
            Optional.empty(),
            "low",
            "several writers share an actor: start with this one",
            new JitterRetry()),
        waiting(
            "AdaptiveRetry",
            Optional.empty(),
            "medium",
            "contention varies and latency does not matter",
            new AdaptiveRetry()),
        new Pattern(
            "BackgroundSaver",
            Optional.of("EventualConsistencyPattern"),
            "high",
            "the caller must not wait and the save may happen later",
            BackgroundWriter::new),
        new Pattern(
            "CircuitBreaker",
            Optional.empty(),
            "medium",
            "calls to a failing server should fail at once; measured here around `JitterRetry`",
            (client, tally) ->
                new WaitingWriter(client, new CircuitBreaker().around(new JitterRetry()), tally)));
  }

  private static Pattern waiting(
      String name,
      Optional<String> nameInGo,
      String complexity,
      String useWhen,
      RetryPolicy policy) {
    return new Pattern(
        name,
        nameInGo,
        complexity,
        useWhen,
        (client, tally) -> new WaitingWriter(client, policy, tally));
  }
}
