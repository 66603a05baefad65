package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** Does as the course within it; for what changes a part of that. */
abstract class DelegatingSession implements RetrySession {
  private final RetrySession within;

  DelegatingSession(RetrySession within) {
    this.within = within;
  }

  @Override
  public RetryDecision onConflict(Conflict conflict) {
    return within.onConflict(conflict);
  }

  @Override
  public void onEnd(@Nullable Throwable failure) {
    within.onEnd(failure);
  }

  @Override
  public void onNothingToSave() {
    within.onNothingToSave();
  }
}
