package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Runs conditional writes: those to one subject one after another, since the condition of the next
 * comes from the acknowledgement of the last, and those to different subjects side by side.
 * Bounded. For any number of threads.
 */
public final class Writer {
  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(50);

  private final JetStreamApi api;
  private final Timers timers;
  private final DeadlineScheduler deadlines;
  private final KeyedSerialExecutor queue;
  private volatile boolean closing;

  /**
   * @param maxWrites that run or wait
   * @param maxBytes that these hold together
   */
  public Writer(
      JetStreamApi api, Timers timers, DeadlineScheduler deadlines, int maxWrites, long maxBytes) {
    this.api = api;
    this.timers = timers;
    this.deadlines = deadlines;
    queue = new KeyedSerialExecutor(maxWrites, maxBytes);
  }

  /**
   * Runs a write, when earlier writes with the same key have ended. Fails with {@link
   * StoreException.Overloaded} if too much waits.
   *
   * @param key of what must not be written at once
   * @param bytes that the write holds until it ends
   * @param deadline when the answer must have come, as {@link System#nanoTime}
   */
  public <P, H, T> CompletableFuture<T> write(
      String key, long bytes, WritePolicy<P, H, T> policy, long deadline) {
    if (closing) {
      return CompletableFuture.failedFuture(StoreException.shuttingDown());
    }
    ConditionalWrite<P, H, T> write = new ConditionalWrite<>(this, policy, deadline);
    queue
        .run(key, bytes, write::start)
        .ifPresent(
            bound -> write.refuse(new StoreException.Overloaded(bound, OVERLOAD_RETRY_AFTER)));
    return write.answer();
  }

  /** Sends the publish of a write. */
  CompletableFuture<Long> publish(Step.Publish<?> publish) {
    return publish.evenIfFull()
        ? api.publishAnyway(publish.stream(), publish.subject(), publish.headers(), publish.body())
        : api.publish(publish.stream(), publish.subject(), publish.headers(), publish.body());
  }

  Timers timers() {
    return timers;
  }

  DeadlineScheduler deadlines() {
    return deadlines;
  }

  /** Takes no new writes and waits for those in flight, at most so long. */
  public void close(Duration atMost) {
    closing = true;
    queue.awaitEmpty(atMost);
  }
}
