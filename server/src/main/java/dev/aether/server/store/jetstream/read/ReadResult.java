package dev.aether.server.store.jetstream.read;

import dev.aether.server.concurrent.EventLoops;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The result of a read of several messages: decided in a {@link #step} of the read, and told after
 * it, since what follows may take other locks. Thread-safe.
 */
final class ReadResult<T> {
  /** How much an event loop turns into frames before it serves its other connections. */
  private static final long SHORT_BYTES = 64 * 1024;

  private final CompletableFuture<T> future = new CompletableFuture<>();
  private final AtomicReference<@Nullable Decided<T>> decided = new AtomicReference<>();
  private final Executor executor;

  /**
   * What was read.
   *
   * @param bytes its size
   */
  private record Decided<T>(T outcome, long bytes) {}

  /**
   * @param executor turns long reads into frames
   */
  ReadResult(Executor executor) {
    this.executor = executor;
  }

  CompletableFuture<T> future() {
    return future;
  }

  /**
   * Runs a step of the read under the lock of this object, and tells the result if it is decided. A
   * request may fail before it is sent, within the step that sends it; that one then tells.
   */
  void step(Runnable step) {
    synchronized (this) {
      step.run();
    }
    if (!Thread.holdsLock(this)) {
      tell();
    }
  }

  /** Decides the result. Called once. */
  void decide(T outcome, long bytes) {
    decided.set(new Decided<>(outcome, bytes));
  }

  /**
   * Completes the future if the result is decided. The thread that does so also turns what was read
   * into frames, so it must not be one that takes responses, unless that is an event loop and the
   * read is short.
   */
  void tell() {
    Decided<T> now = decided.getAndSet(null);
    if (now == null) {
      return;
    }
    if (now.bytes() <= SHORT_BYTES && EventLoops.current() != null) {
      future.complete(now.outcome());
    } else {
      future.completeAsync(now::outcome, executor);
    }
  }
}
