package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** One save under a policy. Called by one thread at a time. */
@FunctionalInterface
public interface RetrySession {
  /** Decides what to do after a conflict. */
  RetryDecision onConflict(Conflict conflict);

  /**
   * Called once when the save has ended, unless {@link #onNothingToSave} is called. If the caller
   * cancels the save, it may run concurrently with the last {@link #onConflict}. An exception that
   * it throws is logged and has no other effect.
   *
   * @param failure null if the commit is stored, or if there was nothing to save
   */
  default void onEnd(@Nullable Throwable failure) {}

  /**
   * Called instead of {@link #onEnd} when the decider had nothing to save, for sessions that
   * distinguish this from a stored commit.
   */
  default void onNothingToSave() {
    onEnd(null);
  }
}
