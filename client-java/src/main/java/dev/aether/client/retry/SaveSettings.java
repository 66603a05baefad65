package dev.aether.client.retry;

import dev.aether.client.CallSettings;
import java.util.function.Function;

/**
 * How the saves of a {@link RetryingSaver} are made.
 *
 * @param call namespace and deadline of each call; pauses come on top
 * @param maxMissedEvents how many of the missed events a conflict should bring, not negative; at
 *     most about 2 KiB of them fit
 * @param commitIds names the commit of an attempt; empty: the client makes an id. Attempts that
 *     build on different versions are different commits and need different ids
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

  /** The client's namespace and deadline, ids made by the client, conflicts without events. */
  public static SaveSettings defaults() {
    return DEFAULTS;
  }

  /** These settings with another namespace and deadline. */
  public SaveSettings withCall(CallSettings call) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }

  /** These settings with so many of the missed events asked for. */
  public SaveSettings withMaxMissedEvents(int maxMissedEvents) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }

  /** These settings with commits named by the caller. */
  public SaveSettings withCommitIds(Function<Attempt, String> commitIds) {
    return new SaveSettings(call, maxMissedEvents, commitIds);
  }
}
