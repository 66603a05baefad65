package dev.aether.client.retry;

import dev.aether.client.CallSettings;
import java.util.function.Function;

/**
 * Settings of the saves of a {@link RetryingSaver}.
 *
 * @param call namespace and deadline of each call; delays between attempts come on top
 * @param maxMissedEvents how many of the missed events a conflict should contain, not negative;
 *     about 2 KiB of them fit
 * @param commitIds returns the commit id of an attempt; empty to let the client create one.
 *     Attempts that are based on different versions are different commits and need different ids
 */
public record SaveSettings(
    CallSettings call, int maxMissedEvents, Function<Attempt, String> commitIds) {
  private static final SaveSettings DEFAULTS =
      new SaveSettings(CallSettings.defaults(), 0, attempt -> "");

  /** Checks the number. */
  public SaveSettings {
    if (maxMissedEvents < 0) {
      throw new IllegalArgumentException("maxMissedEvents " + maxMissedEvents + " is negative");
    }
  }

  /**
   * The client's namespace and deadline, commit ids created by the client, conflicts without
   * events.
   */
  public static SaveSettings defaults() {
    return DEFAULTS;
  }

  /** Returns these settings with another namespace and deadline. */
  public SaveSettings withCall(CallSettings call) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }

  /** Returns these settings with another number of missed events. */
  public SaveSettings withMaxMissedEvents(int maxMissedEvents) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }

  /** Returns these settings with commit ids from the caller. */
  public SaveSettings withCommitIds(Function<Attempt, String> commitIds) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }
}
