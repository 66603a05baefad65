package dev.aether.client.internal.saves;

import dev.aether.client.AetherException;
import dev.aether.client.ClientClosedException;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Timer;
import dev.aether.v1.SaveEventsRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends saves that are in progress at the same time over one stream of saves, which costs the
 * client and the server less than a call for each. Thread-safe.
 *
 * <p>Only first attempts use the stream. A save that it cannot answer is repeated as a call, so
 * callers notice no difference. There is no stream while few saves are in progress.
 */
public final class ConcurrentSaves {
  /** With fewer saves in progress, each is a call of its own. */
  private static final int FEWEST = 4;

  /** A larger save would hold up the smaller ones behind it. */
  private static final int MAX_BYTES = 64 * 1024;

  /** The stream checks deadlines ten times a second, which is too coarse for shorter ones. */
  private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(1);

  /** A server accepts up to 256 unanswered requests from the streams of one connection. */
  private static final SaveStreamOptions OPTIONS =
      SaveStreamOptions.defaults().withMaxUnanswered(256);

  private static final Duration IDLE_AFTER = Duration.ofSeconds(1);

  /** A proxy or a rule may let calls pass and streams not. */
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);

  private final SaveQueue queue;
  private final Connection connection;
  private final AtomicInteger inProgress = new AtomicInteger();
  private final AtomicBoolean idleCheckScheduled = new AtomicBoolean();

  /** When a stream last reached a node and brought no answer, as {@link System#nanoTime}. */
  private volatile @Nullable Long failedAt;

  /**
   * Opens nothing yet; the parameters are those of {@link SaveQueue}, of {@code repeats} only the
   * delays are used.
   */
  public ConcurrentSaves(Connection connection, RepeatOptions repeats, Duration callPatience) {
    // A second stream could fail in the same way, while a call may still succeed in time.
    queue =
        new SaveQueue(
            connection, OPTIONS, repeats.withMaxAttempts(1), callPatience, this::streamFailed);
    this.connection = connection;
  }

  /** Counts a save as in progress until it completes. */
  public CompletableFuture<Saved> count(CompletableFuture<Saved> save) {
    inProgress.incrementAndGet();
    CompletableFuture<?> counting =
        save.whenComplete((saved, thrown) -> inProgress.decrementAndGet());
    return save;
  }

  /** Sends a save over the stream; returns empty if it is to be a call of its own. */
  public Optional<CompletableFuture<Saved>> take(SaveEventsRequest request, Duration deadline) {
    if (inProgress.get() < FEWEST - 1
        || isPausing()
        || deadline.compareTo(SHORTEST_DEADLINE) < 0
        || request.getSerializedSize() > MAX_BYTES) {
      return Optional.empty();
    }
    Optional<CompletableFuture<Saved>> taken = queue.takeNow(request, deadline);
    if (taken.isPresent()) {
      scheduleIdleCheck();
    }
    return taken;
  }

  private boolean isPausing() {
    Long at = failedAt;
    return at != null && System.nanoTime() - at < PAUSE_AFTER_FAILURE.toNanos();
  }

  /** A call may still succeed, so the save is reported as one that needs another attempt. */
  private AetherException streamFailed(AetherException why, boolean broughtNothing) {
    if (broughtNothing) {
      failedAt = System.nanoTime();
    }
    return why instanceof ClientClosedException
        ? why
        : new ServerUnreachableException(
            "the stream of saves failed: " + why.getMessage(), why.metadata(), why);
  }

  private void scheduleIdleCheck() {
    if (idleCheckScheduled.compareAndSet(false, true)) {
      Timer.Task unused = connection.timer().schedule(this::checkIdle, IDLE_AFTER);
    }
  }

  private void checkIdle() {
    idleCheckScheduled.set(false);
    // A closed client's timer runs tasks at once.
    if (!queue.finishIfIdle() && !connection.closed()) {
      scheduleIdleCheck();
    }
  }
}
