package dev.aether.client.retry;

import dev.aether.client.Event;
import dev.aether.client.VersionConflictException;
import java.util.List;

/**
 * An attempt that failed with a version conflict.
 *
 * @param actorId the actor
 * @param currentVersion the actor's latest version when the attempt was refused
 * @param attemptedVersion the version that the attempt's first event would have got
 * @param attempt number of the attempt, from 1
 * @param missedEvents the first events from attemptedVersion on, as many as were requested ({@link
 *     SaveSettings#maxMissedEvents()}) and as fit; often none
 */
public record Conflict(
    String actorId,
    long currentVersion,
    long attemptedVersion,
    int attempt,
    List<Event> missedEvents) {

  static Conflict of(VersionConflictException thrown, int attempt) {
    return new Conflict(
        thrown.actorId(),
        thrown.currentVersion(),
        thrown.attemptedVersion(),
        attempt,
        thrown.missedEvents());
  }

  /**
   * Number of versions that others have saved since the attempt's view of the actor: current −
   * attempted + 1. Less than 1 if the attempt expected a version that the actor has not reached.
   */
  public long gap() {
    return currentVersion - attemptedVersion + 1;
  }
}
