package dev.aether.client.retry;

import java.util.Locale;
import java.util.function.Consumer;

/**
 * Reports the conflicts of another policy to a listener, and stops early when retries are
 * pointless: when attempts conflict although the actor stays at the same version (a stale reader),
 * or when the gap does not shrink from attempt to attempt (more writers than the actor can take).
 *
 * @param policy decides on the delays
 * @param sameVersionStops stops after this many conflicts in a row at the same version, at least 2
 * @param gapStops stops after this many conflicts in a row without a smaller gap, at least 2
 * @param listener receives each conflict, in the thread that saves; an exception of it ends the
 *     save
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

  /** Stops after 3 conflicts at the same version, or 5 without a smaller gap; has no listener. */
  public ConflictDetailed(RetryPolicy policy) {
    this(policy, 3, 5, conflict -> {});
  }

  /** Wraps {@link JitterRetry} with its defaults; has no listener. */
  public ConflictDetailed() {
    this(new JitterRetry());
  }

  /** Returns this policy with a listener. */
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

    Session(RetrySession delegate) {
      super(delegate);
    }

    @Override
    public RetryDecision onConflict(Conflict conflict) {
      listener.accept(conflict);
      atSameVersion = conflict.currentVersion() == lastVersion ? atSameVersion + 1 : 1;
      // A conflict cannot have a gap smaller than 1, except with a version that was never reached.
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
