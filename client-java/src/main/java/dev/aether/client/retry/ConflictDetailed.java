package dev.aether.client.retry;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * Another policy whose conflicts the caller sees, and that stops early where retries lead nowhere:
 * when the actor stays at one version and yet attempts conflict (a reader that is behind), or when
 * the gap does not shrink from attempt to attempt (more writers than the actor can take).
 *
 * @param policy chooses the pauses
 * @param sameVersionStops after so many conflicts in a row at one version, at least 2
 * @param gapStops after so many conflicts in a row none of which has a smaller gap than the one
 *     before, at least 2
 * @param listener hears each conflict, in the thread that saves; what it throws ends the save
 */
public record ConflictDetailed(
    RetryPolicy policy, int sameVersionStops, int gapStops, Consumer<Conflict> listener)
    implements RetryPolicy {

  /** Checks the numbers. */
  public ConflictDetailed {
    if (sameVersionStops < 2 || gapStops < 2) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "sameVersionStops %d, gapStops %d", sameVersionStops, gapStops));
    }
  }

  /** Stops at 3 conflicts at one version, or 5 without a smaller gap; nobody listens. */
  public ConflictDetailed(RetryPolicy policy) {
    this(policy, 3, 5, conflict -> {});
  }

  /** Around {@link JitterRetry} with its defaults; nobody listens. */
  public ConflictDetailed() {
    this(new JitterRetry());
  }

  /** The same with a listener. */
  public ConflictDetailed withListener(Consumer<Conflict> listener) {
    return new ConflictDetailed(policy, sameVersionStops, gapStops, listener);
  }

  @Override
  public RetrySession begin(String actorId) {
    return new Session(policy.begin(actorId));
  }

  private final class Session extends DelegatingSession {
    private long lastVersion = -1;
    private long lastGap = Long.MAX_VALUE;
    private int atSameVersion;
    private int withoutSmallerGap;

    Session(RetrySession within) {
      super(within);
    }

    @Override
    public RetryDecision onConflict(Conflict conflict) {
      listener.accept(conflict);
      atSameVersion = conflict.currentVersion() == lastVersion ? atSameVersion + 1 : 1;
      // A gap of 1 is the smallest that a late save can have.
      boolean shrinks = conflict.gap() <= 1 || conflict.gap() < lastGap;
      withoutSmallerGap = shrinks ? 1 : withoutSmallerGap + 1;
      lastVersion = conflict.currentVersion();
      lastGap = conflict.gap();
      if (atSameVersion >= sameVersionStops) {
        return new RetryDecision.Stop(RetryDecision.StopReason.SAME_VERSION_AGAIN);
      }
      if (withoutSmallerGap >= gapStops) {
        return new RetryDecision.Stop(RetryDecision.StopReason.GAP_NOT_SHRINKING);
      }
      return super.onConflict(conflict);
    }
  }
}
