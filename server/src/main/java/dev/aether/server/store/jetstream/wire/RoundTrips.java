package dev.aether.server.store.jetstream.wire;

import dev.aether.server.measure.Distribution;
import dev.aether.server.measure.Measures;
import java.util.concurrent.CompletableFuture;

/**
 * Measures requests to JetStream.
 *
 * @param publishes the durations of publishes of one message
 * @param batches the durations of publishes of an atomic batch
 * @param members the sizes of these batches
 * @param reads the durations of reads of single messages
 */
public record RoundTrips(
    Distribution publishes, Distribution batches, Distribution members, Distribution reads) {
  /** Measures nothing. */
  static final RoundTrips NONE = measured(Measures.NONE);

  /** Registers the meters. */
  public static RoundTrips measured(Measures measures) {
    return new RoundTrips(
        durations(measures, "publish"),
        durations(measures, "batch"),
        measures.sizes("batch.commits", "Commits of each batch that was published"),
        durations(measures, "read"));
  }

  private static Distribution durations(Measures measures, String request) {
    return measures.durations(
        "jetstream.duration",
        "How long JetStream took to answer, with the network",
        "request",
        request);
  }

  /** Records the duration of a request when it ends. */
  static <T> CompletableFuture<T> timed(Distribution durations, CompletableFuture<T> request) {
    long begin = System.nanoTime();
    return request.whenComplete((answer, thrown) -> durations.record(System.nanoTime() - begin));
  }
}
