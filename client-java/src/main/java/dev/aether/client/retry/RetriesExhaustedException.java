package dev.aether.client.retry;

import dev.aether.client.VersionConflictException;
import java.util.List;
import java.util.Locale;

/**
 * The policy gave up on a save after a conflict; nothing is stored. The cause is the last conflict.
 */
public final class RetriesExhaustedException extends RetryException {
  private final transient Report report;

  /**
   * What happened.
   *
   * @param actorId the actor
   * @param reason why the policy gave up
   * @param attempts number of attempts, all of which conflicted
   * @param conflicts the latest conflicts, up to {@value RetryingSaver#REPORTED_CONFLICTS}, in
   *     order
   */
  public record Report(
      String actorId, RetryDecision.StopReason reason, int attempts, List<Conflict> conflicts) {
    /** Copies the conflicts. */
    public Report {
      conflicts = List.copyOf(conflicts);
    }
  }

  RetriesExhaustedException(Report report, VersionConflictException last) {
    super(
        String.format(
            Locale.ROOT,
            "gave up after %d attempts (%s): %s",
            report.attempts(),
            report.reason(),
            last.getMessage()),
        last);
    this.report = report;
  }

  /** What happened. */
  public Report report() {
    return report;
  }
}
