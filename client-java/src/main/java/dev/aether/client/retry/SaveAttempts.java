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

/** One save with all its attempts: what both savers do alike. For one thread at a time. */
final class SaveAttempts {
  private static final Logger LOG = LoggerFactory.getLogger(SaveAttempts.class);

  private final String actorId;
  private final SaveSettings settings;
  private final RetrySession policy;
  private final Queue<Conflict> conflicts = new ArrayDeque<>();
  private final AtomicBoolean ended = new AtomicBoolean();

  /**
   * Begins it.
   *
   * @throws RetryException if the policy won't have it tried
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

  /** The first attempt, or the one after a conflict, on a version. */
  Attempt attempt(Optional<Conflict> last, long latestVersion) {
    return new Attempt(actorId, latestVersion, last.map(Conflict::attempt).orElse(0) + 1, last);
  }

  /**
   * How long to wait after a conflict before the next attempt.
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

  /** It is over; null: without failure. Only the first end counts. */
  void end(@Nullable Throwable failure) {
    tell(() -> policy.onEnd(failure));
  }

  /** It is over, since there was nothing to save. */
  void endWithoutSave() {
    tell(() -> policy.onNothingToSave());
  }

  /** Whatever a policy throws then changes nothing: the save is stored, or not. */
  private void tell(Runnable told) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      told.run();
    } catch (Throwable t) {
      LOG.error("a retry policy failed at the end of a save of {}", actorId, t);
    }
  }

  /** What was decided; null is a mistake of the caller. */
  static <T> T decided(@Nullable T decision) {
    return Objects.requireNonNull(decision, "the decision was null");
  }
}
