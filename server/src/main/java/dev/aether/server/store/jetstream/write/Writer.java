package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.StoreException;
import dev.aether.server.measure.Measures;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Runs conditional writes. Writes to one subject run one after another, since each condition
 * depends on the previous acknowledgement; writes to different subjects run concurrently. Bounded.
 * Thread-safe.
 */
public final class Writer {
  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(50);

  private final Publisher publisher;
  private final Timers timers;
  private final DeadlineScheduler deadlines;
  private final KeyedSerialExecutor.Names names;
  private final KeyedSerialExecutor queue;
  private volatile boolean closing;

  /**
   * @param names what is written, and to what
   * @param maxWrites how many may run or wait
   * @param maxBytes how many bytes these may hold together
   */
  public Writer(
      Publisher publisher,
      Timers timers,
      DeadlineScheduler deadlines,
      KeyedSerialExecutor.Names names,
      int maxWrites,
      long maxBytes) {
    this.publisher = publisher;
    this.timers = timers;
    this.deadlines = deadlines;
    this.names = names;
    queue = new KeyedSerialExecutor(names, maxWrites, maxBytes);
  }

  /**
   * Runs a write once earlier writes with the same key are complete. Fails with {@link
   * StoreException.Overloaded} if too much is waiting.
   *
   * @param key writes with the same key do not run concurrently
   * @param bytes the memory that the write holds until it completes
   * @param deadline when the write must be complete, as {@link System#nanoTime}
   */
  public <S, H, T> CompletableFuture<T> write(
      String key, long bytes, WritePolicy<S, H, T> policy, long deadline) {
    if (closing) {
      return CompletableFuture.failedFuture(StoreException.shuttingDown());
    }
    ConditionalWrite<S, H, T> write = new ConditionalWrite<>(this, policy, deadline);
    queue
        .run(key, bytes, write::start)
        .ifPresent(
            bound -> write.refuse(new StoreException.Overloaded(bound, OVERLOAD_RETRY_AFTER)));
    return write.answer();
  }

  /** Registers how many writes are running or waiting, and their bytes. */
  public void measure(Measures measures, String limit) {
    measures.limit(limit, queue::tasks, queue.maxTasks());
    measures.limit(limit + "_bytes", queue::bytes, queue.maxBytes());
  }

  Publisher publisher() {
    return publisher;
  }

  /** What a write waits for until it is started, as text for people. */
  String earlierWrites() {
    return "earlier " + names.tasks() + " of the same " + names.key();
  }

  Timers timers() {
    return timers;
  }

  DeadlineScheduler deadlines() {
    return deadlines;
  }

  /** Accepts no new writes and waits for those in flight, up to a timeout. */
  public void close(Duration atMost) {
    closing = true;
    queue.awaitEmpty(atMost);
  }
}
