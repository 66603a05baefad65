package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** One save under a policy. Called by one thread at a time. */
@FunctionalInterface
public interface RetrySession {
  /** What follows on a conflict. */
  RetryDecision onConflict(Conflict conflict);

  /**
   * The save is over; called once, this or {@link #onNothingToSave}. When the caller cancels it,
   * that may be beside the last {@link #onConflict}. What it throws is logged and changes nothing.
   *
   * @param failure null: it is saved, or there was nothing to save
   */
  default void onEnd(@Nullable Throwable failure) {}

  /**
   * The save is over, since the decider had nothing to save. Called in place of {@link #onEnd}, for
   * a course to which that is not the same as a save that is stored.
   */
  default void onNothingToSave() {
    onEnd(null);
  }
}
