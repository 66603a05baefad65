package dev.aether.client.retry;

import dev.aether.client.Event;
import dev.aether.client.VersionConflictException;
import java.util.List;

/**
 * An attempt that came too late.
 *
 * @param actorId the actor
 * @param currentVersion its latest version when the attempt was refused
 * @param attemptedVersion the version that the attempt would have begun at
 * @param attempt which attempt it was, from 1
 * @param missedEvents the first of the events from attemptedVersion on, as many as were asked for
 *     ({@link SaveSettings#maxMissedEvents()}) and as fit; often none
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
   * How many versions others have saved since the attempt's view of the actor: current − attempted
   * + 1. Below 1 where the attempt expected a version that the actor hasn't reached.
   */
  public long gap() {
    return currentVersion - attemptedVersion + 1;
  }
}
