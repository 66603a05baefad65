package dev.aether.client.retry;

import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.VersionConflictException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One save with all its attempts; the part that both savers share. Used by one thread at a time.
 */
final class SaveAttempts {
  private static final Logger LOG = LoggerFactory.getLogger(SaveAttempts.class);

  private final String actorId;
  private final SaveSettings settings;
  private final RetrySession policy;
  private final Queue<Conflict> conflicts = new ArrayDeque<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Starts the save.
   *
   * @throws RetryException if the policy does not let it start
   */
  SaveAttempts(String actorId, RetryPolicy policy, SaveSettings settings) {
    this.actorId = actorId;
    this.settings = settings;
    this.policy = policy.begin(actorId);
  }

  SaveCommand command(Attempt attempt, List<NewEvent> events) {
    return new SaveCommand(
        actorId,
        ExpectedVersion.exactly(attempt.latestVersion()),
        events,
        settings.commitIds().apply(attempt),
        false,
        settings.maxMissedEvents(),
        settings.call());
  }

  /** Creates the first attempt, or the one after a conflict. */
  Attempt attempt(Optional<Conflict> last, long latestVersion) {
    return new Attempt(actorId, latestVersion, last.map(Conflict::attempt).orElse(0) + 1, last);
  }

  /**
   * Returns how long to wait before the next attempt.
   *
   * @throws RetriesExhaustedException if the policy gives up
   */
  Duration delayAfter(Conflict conflict, VersionConflictException thrown) {
    if (conflicts.size() == RetryingSaver.REPORTED_CONFLICTS) {
      conflicts.remove();
    }
    conflicts.add(conflict);
    RetryDecision decision = policy.onConflict(conflict);
    if (decision instanceof RetryDecision.Retry again) {
      return again.delay();
    }
    throw new RetriesExhaustedException(
        new RetriesExhaustedException.Report(
            actorId,
            ((RetryDecision.Stop) decision).reason(),
            conflict.attempt(),
            List.copyOf(conflicts)),
        thrown);
  }

  /** Records the end of the save; null if it succeeded. Only the first end counts. */
  void end(@Nullable Throwable failure) {
    tell(() -> policy.onEnd(failure));
  }

  /** Records that there was nothing to save. */
  void endWithoutSave() {
    tell(() -> policy.onNothingToSave());
  }

  /** Tells the policy. Its exceptions have no effect, because the save has already ended. */
  private void tell(Runnable call) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      call.run();
    } catch (Throwable t) {
      LOG.error("a retry policy failed at the end of a save of actor {}", actorId, t);
    }
  }

  /** Rejects a null decision. */
  static <T> T decided(@Nullable T decision) {
    return Objects.requireNonNull(decision, "the decider returned null");
  }
}
