package dev.aether.client.retry;

import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.VersionConflictException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** One save with all its attempts: what both savers do alike. For one thread at a time. */
final class SaveCourse {
  private final String actorId;
  private final SaveSettings settings;
  private final RetryCourse policy;
  private final Queue<Conflict> conflicts = new ArrayDeque<>();

  /**
   * Begins it.
   *
   * @throws RetryException if the policy won't have it tried
   */
  SaveCourse(String actorId, RetryPolicy policy, SaveSettings settings) {
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

  /**
   * What follows on a conflict of this attempt.
   *
   * @throws RetriesExhaustedException if the policy gives up
   */
  Next after(Attempt attempt, VersionConflictException thrown) {
    Conflict conflict = Conflict.of(thrown, attempt.number());
    if (conflicts.size() == RetryingSaver.REPORTED_CONFLICTS) {
      conflicts.remove();
    }
    conflicts.add(conflict);
    Verdict verdict = policy.onConflict(conflict);
    if (verdict instanceof Verdict.Again again) {
      return new Next(attempt.after(conflict), again);
    }
    throw new RetriesExhaustedException(
        new RetriesExhaustedException.Report(
            actorId, ((Verdict.Stop) verdict).why(), attempt.number(), List.copyOf(conflicts)),
        thrown);
  }

  /** The next attempt, after a pause. */
  record Next(Attempt attempt, Verdict.Again again) {}

  /** It is over; null: without failure. */
  void end(@Nullable Throwable failure) {
    policy.onEnd(failure);
  }
}
