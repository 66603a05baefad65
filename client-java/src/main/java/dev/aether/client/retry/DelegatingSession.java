package dev.aether.client.retry;

import org.jspecify.annotations.Nullable;

/** Delegates to another session; subclasses override parts of it. */
abstract class DelegatingSession implements RetrySession {
  private final RetrySession delegate;

  DelegatingSession(RetrySession delegate) {
    this.delegate = delegate;
  }

  @Override
  public RetryDecision onConflict(Conflict conflict) {
    return delegate.onConflict(conflict);
  }

  @Override
  public void onEnd(@Nullable Throwable failure) {
    delegate.onEnd(failure);
  }

  @Override
  public void onNothingToSave() {
    delegate.onNothingToSave();
  }
}
