package dev.aether.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A save came too late, or expected a version that the actor has not reached; nothing was stored.
 *
 * <p>Read, decide again, save. {@link #currentVersion()} spares asking for the version.
 */
public final class VersionConflictException extends AetherException {
  private final String actorId;
  private final long currentVersion;
  private final long attemptedVersion;
  private final transient List<Event> missedEvents;

  public VersionConflictException(
      String message,
      Map<String, String> metadata,
      String actorId,
      long currentVersion,
      long attemptedVersion,
      List<Event> missedEvents,
      @Nullable Throwable cause) {
    super(Reason.VERSION_CONFLICT, message, metadata, cause);
    this.actorId = actorId;
    this.currentVersion = currentVersion;
    this.attemptedVersion = attemptedVersion;
    this.missedEvents = List.copyOf(missedEvents);
  }

  /** The actor. */
  public String actorId() {
    return actorId;
  }

  /** The actor's latest version when the save was refused, unsigned; 0: it has no events. */
  public long currentVersion() {
    return currentVersion;
  }

  /**
   * The version the save would have begun at, unsigned; 0 where {@link ExpectedVersion#existing()}
   * was expected.
   */
  public long attemptedVersion() {
    return attemptedVersion;
  }

  /**
   * The first of the events from {@link #attemptedVersion()} on, as many as the save asked for and
   * as fit; often none.
   */
  public List<Event> missedEvents() {
    return missedEvents;
  }
}
