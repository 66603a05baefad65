package dev.aether.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The actor did not have the version that the save expected; nothing was stored.
 *
 * <p>Read the actor, decide again and save again. {@link #currentVersion()} saves a call to ask for
 * the version.
 */
public final class VersionConflictException extends AetherException {
  private final String actorId;
  private final long currentVersion;
  private final long attemptedVersion;
  private final transient List<Event> missedEvents;

  /** Creates the exception; public only for tests of code that handles it. */
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

  /** The actor's latest version when the save was refused, unsigned; 0 if it has no events. */
  public long currentVersion() {
    return currentVersion;
  }

  /**
   * The version that the first event of the save would have got, unsigned; 0 if the save expected
   * {@link ExpectedVersion#existing()}.
   */
  public long attemptedVersion() {
    return attemptedVersion;
  }

  /**
   * The first events from {@link #attemptedVersion()} on, as many as the save requested and as fit;
   * often none.
   */
  public List<Event> missedEvents() {
    return missedEvents;
  }
}
