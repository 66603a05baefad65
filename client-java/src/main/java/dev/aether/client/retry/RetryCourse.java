package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** One save under a policy. Called by one thread at a time. */
@FunctionalInterface
public interface RetryCourse {
  /** What follows on a conflict. */
  Verdict onConflict(Conflict conflict);

  /**
   * The save is over; called once, last of all.
   *
   * @param failure null: it is saved, or there was nothing to save
   */
  default void onEnd(@Nullable Throwable failure) {}
}
